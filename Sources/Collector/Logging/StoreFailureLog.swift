package import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// Tells of requests that the store failed on without filling the log of a disk that is full already: the first of
/// a kind at once, the following ones counted and told every ten seconds.
package final class StoreFailureLog: Sendable {
    private struct Entry {
        var loggedAt: NIODeadline
        var untold = 0
        /// Of the last failure.
        var message: String
    }

    private struct Line {
        var code: String
        var count: Int
        var message: String
    }

    private static let interval = TimeAmount.seconds(10)

    private let logger: Logger
    /// By the store's code of the failure: there are only a few.
    private let entries = NIOLockedValueBox<[String: Entry]>([:])

    package init(logger: Logger) {
        self.logger = logger
    }

    package func record(code: String, message: String, now: NIODeadline = .now()) {
        let line = entries.withLockedValue { entries -> Line? in
            guard var entry = entries[code], now - entry.loggedAt < Self.interval else {
                let untold = entries[code]?.untold ?? 0
                entries[code] = Entry(loggedAt: now, message: message)
                return Line(code: code, count: untold + 1, message: message)
            }
            entry.untold += 1
            entry.message = message
            entries[code] = entry
            return nil
        }
        if let line { log(line) }
    }

    /// Tells what was counted for ten seconds: to be called every few seconds.
    package func tellDue(now: NIODeadline = .now()) {
        tell(now) { now - $0.loggedAt >= Self.interval }
    }

    /// Tells everything that was counted and not told yet: for the end.
    package func tellAll() { tell(.now()) { _ in true } }

    private func tell(_ now: NIODeadline, _ isDue: (Entry) -> Bool) {
        let lines = entries.withLockedValue { entries in
            var lines: [Line] = []
            for (code, entry) in entries where entry.untold > 0 && isDue(entry) {
                lines.append(Line(code: code, count: entry.untold, message: entry.message))
                entries[code] = Entry(loggedAt: now, message: entry.message)
            }
            return lines
        }
        for line in lines { log(line) }
    }

    private func log(_ line: Line) {
        logger.error(
            "store.failed",
            metadata: [
                "code": .string(line.code), "message": .string(line.message),
                "count": .stringConvertible(line.count),
            ])
    }
}
