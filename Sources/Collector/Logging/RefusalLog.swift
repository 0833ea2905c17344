package import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// Tells of refused requests without letting senders fill the log: the first one of a sender and a reason
/// is logged at once, the following ones are counted and told once a minute.
package final class RefusalLog: Sendable {
    private struct Key: Hashable {
        var sender: String
        var reason: String
    }

    private struct Entry {
        var loggedAt: NIODeadline
        var unlogged = 0
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var total = 0
    }

    /// How many pairs of sender and reason are remembered. Past that they share one entry a reason, so
    /// that a flood from forged addresses costs neither memory nor log.
    private static let entriesMax = 1_024
    private static let interval = TimeAmount.minutes(1)

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
        let toLog: (sender: String, repeated: Int)? = state.withLockedValue { state in
            state.total += 1
            var key = Key(sender: sender, reason: reason)
            if state.entries[key] == nil, state.entries.count >= Self.entriesMax {
                state.entries = state.entries.filter { now - $0.value.loggedAt < Self.interval }
                if state.entries.count >= Self.entriesMax { key.sender = "many" }
            }
            guard let entry = state.entries[key], now - entry.loggedAt < Self.interval else {
                let repeated = state.entries[key]?.unlogged ?? 0
                state.entries[key] = Entry(loggedAt: now)
                return (key.sender, repeated)
            }
            state.entries[key]?.unlogged += 1
            return nil
        }
        guard let toLog else { return }
        var metadata: Logger.Metadata = [
            "sender": .string(toLog.sender), "reason": .string(reason), "message": .string(message),
            "protocol": .string(protocolName),
        ]
        if toLog.repeated > 0 { metadata["more_since_last"] = .stringConvertible(toLog.repeated) }
        logger.warning("request.refused", metadata: metadata)
    }
}
