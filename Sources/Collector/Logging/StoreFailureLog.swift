package import Logging
import NIOConcurrencyHelpers
package import NIOCore
import Telemetry

/// Tells of requests that the store failed on without filling the log of a disk that is full already: the first of
/// a kind at once, the following ones counted and told every ten seconds.
package final class StoreFailureLog: Sendable {
    private let logger: Logger
    /// By the store's code of the failure, of which there are only a few, with the message of the last one.
    private let reports = NIOLockedValueBox(RecurringReports<String, String>(intervalNanos: 10_000_000_000))

    package init(logger: Logger) {
        self.logger = logger
    }

    package func record(code: String, message: String, now: NIODeadline = .now()) {
        if let report = reports.withLockedValue({ $0.record(code, message, now: now.nanoseconds) }) {
            log(report)
        }
    }

    /// Tells what was counted for ten seconds: to be called every few seconds.
    package func tellDue(now: NIODeadline = .now()) {
        for report in reports.withLockedValue({ $0.due(now: now.nanoseconds) }) { log(report) }
    }

    /// Tells everything that was counted and not told yet: for the end.
    package func tellAll() {
        let now = NIODeadline.now().nanoseconds
        for report in reports.withLockedValue({ $0.all(now: now) }) { log(report) }
    }

    private func log(_ report: RecurringReports<String, String>.Report) {
        logger.error(
            "store.failed",
            metadata: [
                "code": .string(report.kind), "message": .string(report.content),
                "count": .stringConvertible(report.count),
            ])
    }
}
