package import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// Tells of refused requests without letting senders fill the log: the first one of a sender, a reason and a
/// protocol is logged at once, the following ones are counted and told once a minute, by `tellDue`.
package final class RefusalLog: Sendable {
    private struct Key: Hashable {
        var sender: String
        var reason: String
        /// The protocol stands for the port: what is right on one is wrong on the other.
        var protocolName: String
    }

    private struct Entry {
        var loggedAt: NIODeadline
        var untold = 0
        /// Of the last refusal.
        var message: String
    }

    private struct Line {
        var key: Key
        var count: Int
        var message: String
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var total = 0
    }

    /// How many different entries are remembered. Past that they share one entry a reason and protocol, so
    /// that a flood from forged addresses costs neither memory nor log.
    private static let entriesMax = 1_024
    private static let interval = TimeAmount.minutes(1)
    /// How often `tellDue` should be called, so that a minute is about a minute.
    package static let sweepInterval = TimeAmount.seconds(5)

    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    package init(logger: Logger) {
        self.logger = logger
    }

    /// Requests refused since the start.
    package var total: Int { state.withLockedValue { $0.total } }

    package func record(
        sender: String, reason: String, message: String, protocolName: String, now: NIODeadline = .now()
    ) {
        let line = state.withLockedValue { state -> Line? in
            state.total += 1
            var key = Key(sender: sender, reason: reason, protocolName: protocolName)
            if state.entries[key] == nil, state.entries.count >= Self.entriesMax { key.sender = "many" }
            guard let entry = state.entries[key], now - entry.loggedAt < Self.interval else {
                let untold = state.entries[key]?.untold ?? 0
                state.entries[key] = Entry(loggedAt: now, message: message)
                return Line(key: key, count: untold + 1, message: message)
            }
            state.entries[key]?.untold += 1
            state.entries[key]?.message = message
            return nil
        }
        if let line { log(line) }
    }

    /// Tells what was counted for a minute, and forgets whoever was quiet for so long.
    package func tellDue(now: NIODeadline = .now()) {
        tell {
            now - $0.loggedAt >= Self.interval
        } loggedAt: {
            now
        }
    }

    /// Tells everything that was counted and not told yet: for the end.
    package func tellAll() {
        tell { _ in
            true
        } loggedAt: {
            .now()
        }
    }

    private func tell(_ isDue: (Entry) -> Bool, loggedAt: () -> NIODeadline) {
        let lines = state.withLockedValue { state in
            var lines: [Line] = []
            for (key, entry) in state.entries where isDue(entry) {
                guard entry.untold > 0 else {
                    state.entries[key] = nil
                    continue
                }
                lines.append(Line(key: key, count: entry.untold, message: entry.message))
                state.entries[key] = Entry(loggedAt: loggedAt(), message: entry.message)
            }
            return lines
        }
        for line in lines { log(line) }
    }

    private func log(_ line: Line) {
        logger.warning(
            "request.refused",
            metadata: [
                "sender": .string(line.key.sender), "reason": .string(line.key.reason),
                "protocol": .string(line.key.protocolName), "message": .string(line.message),
                "count": .stringConvertible(line.count),
            ])
    }
}
