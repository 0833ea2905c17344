import NIOConcurrencyHelpers
import NIOPosix
import Telemetry
import TestSupport
import Testing

@testable import Collector

/// What surrounds a notifier in tests: incidents that there are, a clock, a log, counters.
struct NotifierWorld {
    let folder: TemporaryDirectory
    let log = LogCapture()
    let counters = CollectorCounters()
    let world = World()

    init() throws { folder = try TemporaryDirectory() }

    static let second: Int64 = 1_000_000_000

    /// What changes.
    final class World: Sendable {
        struct State {
            var now = UnixNanos(rawValue: 1_787_306_400_000_000_000)
            var found: Result<[NotedIncident], StoreError> = .success([])
            var sleeps: [Int64] = []
        }

        let state = NIOLockedValueBox(State())

        func find(_ incidents: NotedIncident...) { state.withLockedValue { $0.found = .success(incidents) } }
        func fail(_ error: StoreError) { state.withLockedValue { $0.found = .failure(error) } }
        var now: UnixNanos { state.withLockedValue { $0.now } }
        var sleeps: [Int64] { state.withLockedValue { $0.sleeps } }

        func pass(seconds: Int64) {
            state.withLockedValue { $0.now = $0.now.advanced(byNanos: seconds * second) }
        }

        /// Time passes where somebody waits.
        var surroundings: Notifier.Surroundings {
            Notifier.Surroundings(
                now: { self.now },
                sleep: { nanos in
                    // Who waits lets others pass, however short it is.
                    await Task.yield()
                    self.state.withLockedValue { state in
                        state.sleeps.append(nanos)
                        state.now = state.now.advanced(byNanos: nanos)
                    }
                })
        }
    }

    func incident(
        _ node: String = "edge-1", _ severity: IncidentSeverity = .ticket, end: UnixNanos? = nil
    ) -> NotedIncident {
        let start = UnixNanos(rawValue: 1_787_306_000_000_000_000)
        return NotedIncident(
            key: "node-errors-\(node)", id: "node-errors-\(node)", rule: "node-errors", severity: severity,
            subject: [.init(key: "node", value: node)], start: start, end: end,
            explanation: "\(node) fails", trace: "00000000000000000000000000000001",
            row:
                "{\"severity\":\"\(severity.rawValue)\",\"rule\":\"node-errors\",\"subject\":{\"node\":\"\(node)\"},"
                + "\"end\":\(end.map { "\"\($0.rfc3339)\"" } ?? "null"),\"id\":\"node-errors-\(node)\"}")
    }

    func webhook(
        _ receiver: WebhookReceiver, _ kind: Webhook.Kind = .generic, scheme: String = "http"
    ) throws -> Webhook {
        let address = try #require(WebhookAddress("\(scheme)://127.0.0.1:\(receiver.port)/hook"))
        return Webhook(
            name: "chat", kind: kind,
            address: kind == .alertmanager ? address.appending("/api/v2/alerts") : address)
    }

    func notifier(_ webhooks: Webhook...) -> Notifier {
        var settings = NotificationSettings()
        settings.webhooks = webhooks
        settings.resolveAfter = 2
        settings.link = "https://dash.example.com/"
        let world = world
        return Notifier(
            settings, databasePath: folder.file("telemetry.db"),
            group: .singletonMultiThreadedEventLoopGroup, counters: counters, logger: log.logger,
            surroundings: world.surroundings,
            evaluate: { _ in try world.state.withLockedValue { try $0.found.get() } })
    }

    /// Each incident that is told, as `status reason severity`.
    func told(_ receiver: WebhookReceiver) throws -> [String] {
        try receiver.take().flatMap { request in
            try request.json()["incidents"]?.elements ?? []
        }.map { row in
            [row["status"], row["reason"], row["severity"]].map { $0?.text ?? "" }.joined(separator: " ")
        }
    }
}
