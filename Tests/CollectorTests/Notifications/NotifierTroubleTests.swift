import Foundation
import NIOHTTP1
import NIOPosix
import NIOSSL
import Telemetry
import TestSupport
import Testing

@testable import Collector

@Suite("Webhooks that fail lose nothing and hold nobody up", .timeLimit(.minutes(15)))
struct NotifierTroubleTests {
    private let surroundings: NotifierWorld
    private var world: NotifierWorld.World { surroundings.world }

    init() throws { surroundings = try NotifierWorld() }

    private func incident(
        _ node: String = "edge-1", _ severity: IncidentSeverity = .ticket, end: UnixNanos? = nil
    ) -> NotedIncident { surroundings.incident(node, severity, end: end) }

    @Test("what is refused for now is tried again, after pauses that grow and as long as the receiver wants")
    func retries() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        receiver.answer(
            .init(status: .serviceUnavailable),
            .init(status: .tooManyRequests, headers: ["retry-after": "7"]))
        world.find(incident())
        await notifier.step()
        #expect(receiver.take().count == 3)
        #expect(world.sleeps == [NotifierWorld.second, 7 * NotifierWorld.second])
        #expect(
            surroundings.counters.snapshot.notifications?.webhooks["chat"]
                == .init(sent: 1, failed: 2, waiting: 0))
        await notifier.step()
        #expect(receiver.take().isEmpty)
    }

    @Test("attempts have an end, the notification has not: it is told when the receiver is back")
    func back() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        receiver.answer(.badGateway, .badGateway, .badGateway, .badGateway)
        world.find(incident())
        await notifier.step()
        #expect(receiver.take().count == 4)
        #expect(
            surroundings.counters.snapshot.notifications?.webhooks["chat"]
                == .init(sent: 0, failed: 4, waiting: 1))
        let line = await surroundings.log.line(containing: "notification.failed")
        #expect(line?.contains("webhook=chat") == true && line?.contains("answered 502") == true)
        world.find()
        await notifier.step()
        #expect(try surroundings.told(receiver) == ["firing new P2"])
    }

    @Test("what began and ended while nobody took it is told, as over")
    func missed() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        receiver.answer(.forbidden, .forbidden)
        world.find(incident())
        await notifier.step()
        world.find()
        await notifier.step()
        _ = receiver.take()
        world.pass(seconds: 3_600)
        await notifier.step()
        #expect(try surroundings.told(receiver) == ["resolved ended P2"])
    }

    @Test("a refusal for good is not tried again at once, and less and less often")
    func refused() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        receiver.answer(.unauthorized, .unauthorized, .unauthorized)
        world.find(incident())
        await notifier.step()
        await notifier.step()
        #expect(receiver.take().count == 2 && world.sleeps.isEmpty)
        await notifier.step()
        #expect(receiver.take().isEmpty, "too early")
        world.pass(seconds: 120)
        await notifier.step()
        #expect(receiver.take().count == 1)
        world.pass(seconds: 120)
        await notifier.step()
        #expect(receiver.take().isEmpty, "too early")
        world.pass(seconds: 120)
        await notifier.step()
        #expect(try surroundings.told(receiver) == ["firing new P2"])
        let line = await surroundings.log.line(containing: "notification.failed")
        #expect(line?.contains("check its token or headers") == true)
    }

    @Test("a receiver that is not there, and one that says nothing, keep nobody else from being told")
    func others() async throws {
        let receiver = try await WebhookReceiver.start()
        let silent = try await WebhookReceiver.start()
        silent.answer(
            .init(isSilent: true), .init(isSilent: true), .init(isSilent: true), .init(isSilent: true))
        var (first, second) = (try surroundings.webhook(silent), try surroundings.webhook(receiver))
        first.name = "silent"
        first.timeoutSeconds = 1
        second.name = "good"
        var third = second
        third.name = "gone"
        // The port of the discard protocol, which nobody serves any more.
        third.address = try #require(WebhookAddress("http://127.0.0.1:9/"))
        world.find(incident())
        await surroundings.notifier(first, second, third).step()
        #expect(try surroundings.told(receiver) == ["firing new P2"])
        let counts = surroundings.counters.snapshot.notifications?.webhooks
        #expect(counts?["silent"]?.failed == 4 && counts?["gone"]?.failed == 4 && counts?["good"]?.sent == 1)
        let lines = await surroundings.log.rest()
        #expect(lines.contains { $0.contains("webhook=silent") && $0.contains("no answer in time") })
        #expect(
            lines.contains {
                $0.contains("webhook=gone") && $0.contains("cannot connect: Connection refused")
            })
    }

    @Test("one that hangs is waited for by nobody, and gets all of it in order when it is back")
    func hanging() async throws {
        let (receiver, silent) = (try await WebhookReceiver.start(), try await WebhookReceiver.start())
        silent.answer(.init(isSilent: true))
        var (first, second) = (try surroundings.webhook(silent), try surroundings.webhook(receiver))
        first.name = "silent"
        // Longer than the test may take: nothing here waits for it.
        first.timeoutSeconds = 600
        second.name = "good"
        let notifier = surroundings.notifier(first, second)
        world.find(incident())
        let task = Task { await notifier.run() }
        defer { task.cancel() }
        #expect(try await nodes(receiver, 1) == [["edge-1"]])
        #expect(try await nodes(silent, 1) == [["edge-1"]])
        world.find(incident(), incident("edge-2"))
        #expect(try await nodes(receiver, 1) == [["edge-2"]])
        let counts = surroundings.counters.snapshot.notifications?.webhooks["silent"]
        #expect(counts?.failed == 0 && counts?.sent == 0, "it still hangs")
        #expect(silent.take().isEmpty, "one thing after the other")
        silent.hangUp()
        #expect(try await nodes(silent, 2) == [["edge-1"], ["edge-2"]])
        await notifier.stop(task)
        await surroundings.notifier(first, second).step()
        #expect(silent.take().isEmpty && receiver.take().isEmpty, "what was told is kept")
    }

    /// The nodes that the next requests are about.
    private func nodes(_ receiver: WebhookReceiver, _ count: Int) async throws -> [[String]] {
        var requests: [WebhookReceiver.Request] = []
        while requests.count < count {
            requests += receiver.take()
            await Task.yield()
        }
        return try requests.map { request in
            try request.json()["incidents"]?.elements.compactMap { $0["subject"]?["node"]?.text } ?? []
        }
    }

    @Test("header fields with secrets go to the receiver and nowhere else")
    func secrets() async throws {
        let receiver = try await WebhookReceiver.start()
        var webhook = try surroundings.webhook(receiver)
        webhook.headers = [
            .init(name: "authorization", value: Secret("0123456789-secret").prefixed("Bearer ")),
            .init(name: "x-key", value: Secret("other-secret")),
        ]
        world.find(incident())
        receiver.answer(.badRequest)
        await surroundings.notifier(webhook).step()
        let headers = try #require(receiver.take().first).headers
        #expect(
            headers["authorization"] == ["Bearer 0123456789-secret"] && headers["x-key"] == ["other-secret"])
        let lines = await surroundings.log.rest()
        #expect(!lines.isEmpty && !lines.contains { $0.contains("secret") })
    }

    @Test("TLS: a certificate of the given authority is taken, and no other")
    func encrypted() async throws {
        let certificates = try await CertificateFolder.forThisMachine()
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificates.file("server.pem"))
                .map { .certificate($0) },
            privateKey: .privateKey(
                try NIOSSLPrivateKey(file: certificates.file("server.key"), format: .pem)))
        let receiver = try await WebhookReceiver.start(tls: try NIOSSLContext(configuration: configuration))
        var webhook = try surroundings.webhook(receiver, scheme: "https")
        world.find(incident())
        let untrusting = surroundings.notifier(webhook)
        await untrusting.step()
        #expect(receiver.take().isEmpty)
        let line = await surroundings.log.line(containing: "notification.failed")
        #expect(line?.contains("TLS failed") == true)
        webhook.authority = try String(contentsOfFile: certificates.file("authority.pem"), encoding: .utf8)
        await surroundings.notifier(webhook).step()
        #expect(try surroundings.told(receiver) == ["firing new P2"])
    }

    @Test("a file of states that nobody can read is told, and taken for none")
    func damagedState() async throws {
        let receiver = try await WebhookReceiver.start()
        try surroundings.folder.write(
            "traceq.notifications/1\nincident\tx\n", to: "telemetry.db.notifications")
        world.find(incident())
        await surroundings.notifier(try surroundings.webhook(receiver)).step()
        #expect(try surroundings.told(receiver) == ["firing new P2"])
        #expect(await surroundings.log.line(containing: "notification.state_unreadable") != nil)
        await surroundings.notifier(try surroundings.webhook(receiver)).step()
        #expect(receiver.take().isEmpty, "and written anew")
    }

    @Test("an evaluation that takes long is followed by a longer pause")
    func duty() async throws {
        let receiver = try await WebhookReceiver.start()
        var settings = NotificationSettings()
        settings.webhooks = [try surroundings.webhook(receiver)]
        let world = world
        let notifier = Notifier(
            settings, databasePath: surroundings.folder.file("telemetry.db"),
            group: .singletonMultiThreadedEventLoopGroup, counters: surroundings.counters,
            logger: surroundings.log.logger,
            surroundings: world.surroundings,
            evaluate: { _ in
                world.pass(seconds: 100)
                return []
            })
        #expect(await notifier.step() == 400 * NotifierWorld.second)
        #expect(
            surroundings.counters.snapshot.notifications?.lastEvaluationNanos == 100 * NotifierWorld.second)
    }

    @Test("it looks when it is time, until it is told to stop")
    func loop() async throws {
        let receiver = try await WebhookReceiver.start()
        let notifier = surroundings.notifier(try surroundings.webhook(receiver))
        world.find(incident())
        let task = Task { await notifier.run() }
        while receiver.take().isEmpty { await Task.yield() }
        await notifier.stop(task)
        #expect(world.sleeps.first == 60 * NotifierWorld.second)
    }
}
