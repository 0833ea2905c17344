import NIOHTTP1
import Telemetry
import TestSupport
import Testing

@testable import Collector

@Suite("Webhooks are told of incidents: what begins, becomes graver and ends", .timeLimit(.minutes(15)))
struct NotifierTests {
    private let surroundings: NotifierWorld
    private var world: NotifierWorld.World { surroundings.world }

    init() throws { surroundings = try NotifierWorld() }

    private func incident(
        _ node: String = "edge-1", _ severity: IncidentSeverity = .ticket, end: UnixNanos? = nil
    ) -> NotedIncident { surroundings.incident(node, severity, end: end) }

    // MARK: What is told

    @Test("what begins is told once, again when it becomes graver, and once when it is over")
    func life() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        await notifier.step()
        #expect(receiver.take().isEmpty, "nothing to tell")
        world.find(incident())
        await notifier.step()
        let request = try #require(receiver.take().first)
        let document = try request.json()
        #expect(request.target == "/hook" && request.headers["content-type"] == ["application/json"])
        #expect(document["schema"]?.text == "traceq.notification/1")
        #expect(document["sent_at"]?.text == "2026-08-21T10:00:00.000000000Z")
        #expect(document["link"]?.text == "https://dash.example.com/")
        let row = try #require(document["incidents"]?.elements.first)
        #expect(row["status"]?.text == "firing" && row["reason"]?.text == "new")
        #expect(row["subject"]?["node"]?.text == "edge-1" && row["rule"]?.text == "node-errors")
        #expect(row["summary"]?.text == "P2 node-errors: edge-1 fails.")
        await notifier.step()
        await notifier.step()
        #expect(receiver.take().isEmpty, "it goes on")
        world.find(incident("edge-1", .page))
        await notifier.step()
        #expect(try surroundings.told(receiver) == ["firing severity P1"])
        world.find(incident("edge-1", .ticket))
        await notifier.step()
        #expect(receiver.take().isEmpty, "less grave is no news")
        world.find()
        await notifier.step()
        #expect(receiver.take().isEmpty, "it may come back")
        await notifier.step()
        let end = try #require(receiver.take().first).json()["incidents"]?.elements.first
        #expect(end?["status"]?.text == "resolved" && end?["reason"]?.text == "ended")
        #expect(end?["end"]?.text == "2026-08-21T10:00:00.000000000Z")
        #expect(end?["summary"]?.text?.hasPrefix("over: ") == true)
        await notifier.step()
        #expect(receiver.take().isEmpty, "told once")
        world.find(incident())
        await notifier.step()
        #expect(try surroundings.told(receiver) == ["firing new P2"], "it has begun anew")
    }

    @Test("what comes and goes within the evaluations that an end takes is one incident")
    func flapping() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        for _ in 0..<4 {
            world.find(incident())
            await notifier.step()
            world.find()
            await notifier.step()
        }
        #expect(try surroundings.told(receiver) == ["firing new P2"])
    }

    @Test(
        "one that ended before it was seen is told, and that it is over; it does not come back while it is in sight"
    )
    func short() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        world.find(incident(end: world.now.advanced(byNanos: -60 * NotifierWorld.second)))
        for _ in 0..<5 { await notifier.step() }
        #expect(try surroundings.told(receiver) == ["firing new P2", "resolved ended P2"])
    }

    @Test("what follows from another incident is not told by itself, nor what is not grave enough")
    func left() async throws {
        let receiver = try await WebhookReceiver.start()
        var webhook = try surroundings.webhook(receiver)
        webhook.severityMin = .ticket
        let notifier = surroundings.notifier(webhook)
        var consequence = incident("edge-2", .page)
        consequence.isConsequence = true
        world.find(consequence, incident("edge-3", .info), incident())
        await notifier.step()
        let rows = try receiver.take().first?.json()["incidents"]?.elements ?? []
        #expect(rows.map { $0["subject"]?["node"]?.text } == ["edge-1"])
    }

    @Test("a restart neither tells again nor forgets what is to be ended")
    func restart() async throws {
        let receiver = try await WebhookReceiver.start()
        world.find(incident())
        await surroundings.notifier(try surroundings.webhook(receiver)).step()
        #expect(try surroundings.told(receiver) == ["firing new P2"])
        await surroundings.notifier(try surroundings.webhook(receiver)).step()
        #expect(receiver.take().isEmpty)
        world.find()
        await surroundings.notifier(try surroundings.webhook(receiver)).step()
        await surroundings.notifier(try surroundings.webhook(receiver)).step()
        #expect(try surroundings.told(receiver) == ["resolved ended P2"])
    }

    @Test("where nothing could be looked at, nothing is over")
    func failedEvaluation() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        world.find(incident())
        await notifier.step()
        world.fail(StoreError(.unavailable, "the disk is on fire"))
        for _ in 0..<5 { await notifier.step() }
        #expect(try surroundings.told(receiver) == ["firing new P2"])
        #expect(surroundings.counters.snapshot.notifications?.failedEvaluations == 5)
        let line = await surroundings.log.line(containing: "notification.evaluation_failed")
        #expect(line?.contains("the disk is on fire") == true)
    }

    // MARK: Alertmanager

    @Test("Alertmanager is told of all that goes on, again and again, with an end that moves on")
    func alertmanager() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver, .alertmanager))
        world.find(incident())
        await notifier.step()
        let first = try #require(receiver.take().first)
        #expect(first.target == "/hook/api/v2/alerts")
        let alert = try #require(try first.json().elements.first)
        let labels = try #require(alert["labels"])
        #expect(labels["alertname"]?.text == "node-errors" && labels["severity"]?.text == "warning")
        #expect(labels["node"]?.text == "edge-1" && labels["incident"]?.text == "node-errors-edge-1")
        #expect(alert["annotations"]?["summary"]?.text == "P2 node-errors: edge-1 fails.")
        #expect(alert["startsAt"]?.text == "2026-08-21T09:53:20.000000000Z")
        #expect(alert["endsAt"]?.text == "2026-08-21T10:06:10.000000000Z", "four intervals and all attempts")
        #expect(alert["generatorURL"]?.text == "https://dash.example.com/")
        world.pass(seconds: 60)
        await notifier.step()
        let again = try #require(try receiver.take().first?.json().elements.first)
        #expect(again["labels"] == labels && again["endsAt"]?.text == "2026-08-21T10:07:10.000000000Z")
        world.find()
        await notifier.step()
        #expect(try receiver.take().first?.json().elements.count == 1, "not over yet")
        await notifier.step()
        let end = try #require(try receiver.take().first?.json().elements.first)
        #expect(end["labels"] == labels && end["endsAt"]?.text == "2026-08-21T10:01:00.000000000Z")
        await notifier.step()
        #expect(receiver.take().isEmpty)
    }

    @Test("one that becomes graver is another alert to Alertmanager, and the first one ends")
    func graverAlert() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver, .alertmanager))
        world.find(incident())
        await notifier.step()
        _ = receiver.take()
        world.find(incident("edge-1", .page))
        await notifier.step()
        let alerts = try #require(try receiver.take().first?.json().elements)
        #expect(alerts.map { $0["labels"]?["severity"]?.text } == ["critical", "warning"])
        #expect(
            alerts.map { $0["endsAt"]?.text ?? "" }.map { $0 > "2026-08-21T10:00:00.1" } == [true, false])
    }
}
