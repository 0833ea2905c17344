package import Logging
import NIOConcurrencyHelpers
package import NIOCore
import Telemetry

/// Tells of refused requests without letting senders fill the log: the first one of a sender, a reason and a
/// protocol is logged at once, the following ones are counted and told once a minute, by `tellDue`.
package final class RefusalLog: Sendable {
    private struct Kind: Hashable {
        var sender: String
        var reason: String
        /// The protocol stands for the port: what is right on one is wrong on the other.
        var protocolName: String
    }

    private struct State {
        /// With the message of the last refusal.
        var reports = RecurringReports<Kind, String>(intervalNanos: 60_000_000_000)
        var total = 0
    }

    /// How many different kinds are remembered. Past that senders share one a reason and protocol, so that a flood
    /// from forged addresses costs neither memory nor log.
    private static let kindsMax = 1_024
    /// How often `tellDue` should be called, so that a minute is about a minute.
    package static let sweepInterval = TimeAmount.seconds(5)

    private let logger: Logger
    private let counters: CollectorCounters?
    private let senders: SenderBook?
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - counters: counts what is refused
    ///   - senders: takes up who was refused, and why
    package init(logger: Logger, counters: CollectorCounters? = nil, senders: SenderBook? = nil) {
        self.logger = logger
        self.counters = counters
        self.senders = senders
    }

    /// Requests refused since the start.
    package var total: Int { state.withLockedValue { $0.total } }

    /// - Parameters:
    ///   - sender: the address that it came from
    ///   - source: the name of the credential; nil where that is the address
    package func record(
        sender: String, reason: String, message: String, protocolName: String, source: String? = nil,
        now: NIODeadline = .now()
    ) {
        let report = state.withLockedValue { state in
            state.total += 1
            var kind = Kind(sender: sender, reason: reason, protocolName: protocolName)
            if !state.reports.isKnown(kind), state.reports.kindCount >= Self.kindsMax { kind.sender = "many" }
            return state.reports.record(kind, message, now: now.nanoseconds)
        }
        if let report { log(report) }
        // What was refused alone, of a request that was accepted, is counted with the request.
        if !reason.hasPrefix("rejected_") {
            counters?.noteRefused(reason: reason, protocolName: protocolName, source: source ?? sender)
        }
        senders?.noteRefused(
            reason: reason, message: message, sender: Sender(source: source ?? sender, address: sender))
    }

    /// Tells what was counted for a minute, and forgets whoever was quiet for so long.
    package func tellDue(now: NIODeadline = .now()) {
        for report in state.withLockedValue({ $0.reports.due(now: now.nanoseconds) }) { log(report) }
    }

    /// Tells everything that was counted and not told yet: for the end.
    package func tellAll() {
        let now = NIODeadline.now().nanoseconds
        for report in state.withLockedValue({ $0.reports.all(now: now) }) { log(report) }
    }

    private func log(_ report: RecurringReports<Kind, String>.Report) {
        logger.warning(
            "request.refused",
            metadata: [
                "sender": .string(report.kind.sender), "reason": .string(report.kind.reason),
                "protocol": .string(report.kind.protocolName), "message": .string(report.content),
                "count": .stringConvertible(report.count),
            ])
    }
}

extension NIODeadline {
    /// On the clock that it is of.
    var nanoseconds: Int64 { Int64(clamping: uptimeNanoseconds) }
}
