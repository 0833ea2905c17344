package import Logging
package import NIOCore
package import Telemetry

/// Looks for incidents again and again, and tells webhooks what begins, becomes graver and ends.
///
/// Nothing of it stands in the way of requests: it reads the database as `traceq` does, and what cannot be told stays in the
/// ledger until it can.
package actor Notifier {
    /// What tests have their own of.
    package struct Surroundings: Sendable {
        package var now: @Sendable () -> UnixNanos
        package var sleep: @Sendable (_ nanos: Int64) async throws -> Void

        package init(
            now: @escaping @Sendable () -> UnixNanos,
            sleep: @escaping @Sendable (_ nanos: Int64) async throws -> Void
        ) {
            self.now = now
            self.sleep = sleep
        }

        static let real = Surroundings(
            now: { UnixNanos.now() },
            sleep: { try await Task.sleep(nanoseconds: UInt64(clamping: $0)) })
    }

    package typealias Evaluation = @Sendable (UnixNanos) async throws -> [NotedIncident]

    /// How a webhook fared.
    private struct Health {
        /// Deliveries that failed, one after another, each after several attempts.
        var failures = 0
        var nextAt = UnixNanos.distantPast
    }

    private static let second: Int64 = 1_000_000_000
    /// Before the second, the third and the fourth attempt.
    private static let attemptPauses: [Int64] = [second, 4 * second, 16 * second]
    /// What a receiver may ask for with Retry-After before the attempts end.
    private static let retryAfterMax: Int64 = 30
    /// Who fails for long is tried so often.
    private static let backoffMax: Int64 = 900 * second
    /// An evaluation may take this part of the time, at the most: one in so many.
    private static let evaluationShare: Int64 = 5

    private let settings: NotificationSettings
    private let evaluate: Evaluation
    private let file: LedgerFile
    private let client: WebhookClient
    private let counters: CollectorCounters
    private let logger: Logger
    private let surroundings: Surroundings
    private var ledger: IncidentLedger?
    /// What the file holds.
    private var kept: IncidentLedger?
    private var health: [String: Health] = [:]
    private var counts = NotificationCounts()
    private var isEvaluating = false
    /// Names of webhooks that are being told: each is told one thing after the other, however long it takes.
    private var told: Set<String> = []
    /// Who waits until nobody is being told.
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - path: of the database; what was told is kept in a file beside it
    ///   - evaluate: in place of looking into the database
    package init(
        _ settings: NotificationSettings, databasePath path: String, group: any EventLoopGroup,
        counters: CollectorCounters, logger: Logger, surroundings: Surroundings? = nil,
        evaluate: Evaluation? = nil
    ) {
        self.settings = settings
        let watch = IncidentWatch(path: path, settings)
        self.evaluate = evaluate ?? { try await watch.incidents(at: $0) }
        file = LedgerFile(path: path + ".notifications")
        client = WebhookClient(group: group)
        self.counters = counters
        self.logger = logger
        self.surroundings = surroundings ?? .real
        for webhook in settings.webhooks { counts.webhooks[webhook.name] = .init() }
        counters.note(counts)
    }

    /// Until the task is cancelled. A webhook that hangs is waited for by nobody: the others are told meanwhile of what the
    /// next evaluations find.
    package func run() async {
        await withDiscardingTaskGroup { group in
            // What was just started is still being told of the last minutes by senders that waited for it.
            var pause = settings.intervalSeconds * Self.second
            while !Task.isCancelled {
                do {
                    try await surroundings.sleep(pause)
                } catch {
                    return
                }
                pause = await look()
                for delivery in begin(pause: pause) {
                    group.addTask { await self.tell(delivery) }
                }
            }
        }
    }

    /// Ends a task that runs it. What is being told is told to its end; an evaluation is not waited for.
    package func stop(_ task: Task<Void, Never>) async {
        task.cancel()
        guard isEvaluating else { return await task.value }
        guard !told.isEmpty else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Looks once, and tells what there is to tell, to its end.
    ///
    /// - Returns: how long to wait before the next time: nanoseconds
    @discardableResult
    package func step() async -> Int64 {
        let pause = await look()
        await withDiscardingTaskGroup { group in
            for delivery in begin(pause: pause) {
                group.addTask { await self.tell(delivery) }
            }
        }
        return pause
    }

    /// Looks once.
    ///
    /// - Returns: how long to wait before the next time: nanoseconds
    private func look() async -> Int64 {
        let start = surroundings.now()
        // Before anything is waited for, so that it is read once.
        ledger = ledger ?? read()
        do {
            isEvaluating = true
            defer { isEvaluating = false }
            let found = try await evaluate(start)
            // Meanwhile somebody may have been told.
            ledger?.update(
                found, at: start, resolveAfter: settings.resolveAfter, webhooks: settings.webhooks)
            counts.evaluations += 1
        } catch {
            // What is told already stays told: of what was not looked at nothing is known.
            counts.failedEvaluations += 1
            logger.warning(
                "notification.evaluation_failed",
                metadata: [
                    "message":
                        "incidents cannot be looked for, and nobody is told of them: \(error); traceq incidents shows whether it works now"
                ])
        }
        let taken = max(0, surroundings.now().rawValue &- start.rawValue)
        counts.lastEvaluationNanos = taken
        let pause = max(
            settings.intervalSeconds * Self.second, (Self.evaluationShare - 1) &* min(taken, 1 << 60))
        // Before anybody is told: a restart must not tell it twice.
        keep()
        noteCounts()
        return pause
    }

    // MARK: The ledger

    private func read() -> IncidentLedger {
        do throws(LedgerFile.Failure) {
            let ledger = try file.read()
            kept = ledger
            return ledger
        } catch {
            logger.warning(
                "notification.state_unreadable",
                metadata: [
                    "message":
                        "\(error.message): what goes on is told again, and what was told to be going on may never be told to be over"
                ])
            return IncidentLedger()
        }
    }

    private func keep() {
        guard let ledger, ledger != kept else { return }
        do throws(LedgerFile.Failure) {
            try file.write(ledger)
            kept = ledger
        } catch {
            logger.error(
                "notification.state_unwritable",
                metadata: [
                    "message":
                        "\(error.message): after a restart, what goes on is told again; make room, or make the folder writable"
                ])
        }
    }

    private func noteCounts() {
        guard let ledger else { return }
        counts.firing = ledger.firingCount
        for webhook in settings.webhooks {
            counts.webhooks[webhook.name]?.waiting = ledger.notices(for: webhook).count
        }
        counters.note(counts)
    }

    // MARK: Telling

    /// One request.
    private struct Delivery: Sendable {
        var webhook: Webhook
        var notices: [IncidentLedger.Notice]
        var body: String
    }

    private struct Outcome: Sendable {
        var delivery: Delivery
        var attempts: Int
        /// Nil when it was told.
        var problem: String?
    }

    /// What is to be told now, to whoever is not being told yet. Each of it has to be given to `tell`.
    private func begin(pause: Int64) -> [Delivery] {
        // Who is told to stop has no time for attempts.
        guard !Task.isCancelled else { return [] }
        let now = surroundings.now()
        let deliveries = settings.webhooks.filter { !told.contains($0.name) }
            .compactMap { delivery(to: $0, at: now, pause: pause) }
        told.formUnion(deliveries.map(\.webhook.name))
        return deliveries
    }

    private func tell(_ delivery: Delivery) async {
        take(await Self.send(delivery, client, surroundings))
        told.remove(delivery.webhook.name)
        keep()
        noteCounts()
        guard told.isEmpty else { return }
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    /// How long telling may take at the most.
    private var deliveryNanosMax: Int64 {
        let timeout = settings.webhooks.map(\.timeoutSeconds).max() ?? 0
        let pauses = Int64(Self.attemptPauses.count)
        return ((pauses + 1) * timeout + pauses * Self.retryAfterMax) * Self.second
    }

    /// Nil where there is nothing to tell, or it is too early to try again.
    private func delivery(to webhook: Webhook, at now: UnixNanos, pause: Int64) -> Delivery? {
        guard let ledger, now >= (health[webhook.name]?.nextAt ?? .distantPast) else { return nil }
        let notices = ledger.notices(for: webhook)
        switch webhook.kind {
        case .generic:
            guard !notices.isEmpty else { return nil }
            let body = NotificationBody.generic(notices, at: now, link: settings.link)
            return Delivery(webhook: webhook, notices: notices, body: body)
        case .alertmanager:
            let firing = ledger.firing(for: webhook)
            guard !notices.isEmpty || !firing.isEmpty else { return nil }
            // Evaluations may fail, and it may be tried as often and as long as can be before it is told again.
            let body = NotificationBody.alerts(
                firing, notices, at: now,
                validUntil: now.advanced(byNanos: 4 &* min(pause, 1 << 60) &+ deliveryNanosMax),
                link: settings.link)
            return Delivery(webhook: webhook, notices: notices, body: body)
        }
    }

    private static func send(
        _ delivery: Delivery, _ client: WebhookClient, _ surroundings: Surroundings
    ) async -> Outcome {
        var attempts = 0
        var problem = ""
        for attempt in 0...attemptPauses.count {
            attempts += 1
            var wait = attempt < attemptPauses.count ? attemptPauses[attempt] : 0
            do throws(WebhookClient.Failure) {
                let reply = try await client.post(delivery.body, to: delivery.webhook)
                if (200..<300).contains(reply.status) {
                    return Outcome(delivery: delivery, attempts: attempts, problem: nil)
                }
                problem = advice(reply.status, delivery.webhook)
                let isPassing = reply.status >= 500 || [408, 425, 429].contains(reply.status)
                let asked = reply.retryAfterSeconds ?? 0
                guard isPassing, asked <= retryAfterMax else { break }
                wait = max(wait, asked * second)
            } catch {
                problem = "\(error.message): is \(delivery.webhook.address.authority) up, and its url right?"
            }
            guard attempt < attemptPauses.count, (try? await surroundings.sleep(wait)) != nil else { break }
        }
        return Outcome(delivery: delivery, attempts: attempts, problem: problem)
    }

    private static func advice(_ status: Int, _ webhook: Webhook) -> String {
        let advice =
            switch status {
            case 300..<400: "it redirects, which is not followed: write where it leads to as its url"
            case 401, 403: "check its token or headers in notifications.webhooks"
            case 404, 405:
                webhook.kind == .alertmanager
                    ? "nothing takes alerts there: its url is Alertmanager's, without /api/v2/alerts"
                    : "nothing takes notifications there: check its url"
            case 408, 425, 429, 500...: "it is tried again"
            default: "it does not take what it is sent: check that its kind is right"
            }
        return "answered \(status): \(advice)"
    }

    private func take(_ outcome: Outcome) {
        let webhook = outcome.delivery.webhook
        var health = health[webhook.name] ?? Health()
        defer { self.health[webhook.name] = health }
        counts.webhooks[webhook.name]?.failed += outcome.attempts - (outcome.problem == nil ? 1 : 0)
        guard let problem = outcome.problem else {
            counts.webhooks[webhook.name]?.sent += 1
            ledger?.note(outcome.delivery.notices, toldTo: webhook.name)
            if health.failures > 0 || !outcome.delivery.notices.isEmpty {
                logger.info(
                    "notification.sent",
                    metadata: [
                        "webhook": .string(webhook.name),
                        "incidents": .stringConvertible(outcome.delivery.notices.count),
                    ])
            }
            health = Health()
            return
        }
        health.failures += 1
        let interval = settings.intervalSeconds * Self.second
        let backoff = min(interval << Int64(min(health.failures - 1, 10)), max(Self.backoffMax, interval))
        // The first time it is tried with the next evaluation.
        health.nextAt =
            health.failures == 1 ? .distantPast : surroundings.now().advanced(byNanos: backoff)
        logger.warning(
            "notification.failed",
            metadata: [
                "webhook": .string(webhook.name), "host": .string(webhook.address.authority),
                "attempts": .stringConvertible(outcome.attempts),
                "incidents": .stringConvertible(outcome.delivery.notices.count), "message": .string(problem),
            ])
    }
}
