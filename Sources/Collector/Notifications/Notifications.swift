import Logging
import NIOCore
import NIOPosix

/// A notifier that runs until it is told to stop.
struct Notifications: Sendable {
    private let notifier: Notifier
    private let task: Task<Void, Never>

    /// - Returns: nil where nobody is to be told
    static func start(
        _ settings: NotificationSettings, databasePath: String, counters: CollectorCounters, logger: Logger
    ) -> Notifications? {
        guard !settings.webhooks.isEmpty else { return nil }
        let notifier = Notifier(
            settings, databasePath: databasePath, group: .singletonMultiThreadedEventLoopGroup,
            counters: counters, logger: logger)
        logger.info(
            "notifications",
            metadata: [
                "webhooks": .string(settings.webhooks.map(\.name).joined(separator: ",")),
                "interval": .string(ConfigText.duration(settings.intervalSeconds * 1_000_000_000)),
            ])
        return Notifications(notifier: notifier, task: Task { await notifier.run() })
    }

    /// Begins nothing new.
    func cancel() { task.cancel() }

    func stop() async { await notifier.stop(task) }
}
