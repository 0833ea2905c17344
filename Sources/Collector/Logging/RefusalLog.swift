package import Logging
import NIOConcurrencyHelpers
package import NIOCore
import Telemetry

/// Tells of refused requests without letting senders fill the log: the first one of a sender, a reason and a
/// protocol is logged at once, the following ones are counted and told once a minute, by `tellDue`: in a line a sender,
/// or in one for all of them where they are many.
package final class RefusalLog: Sendable {
    private struct Kind: Hashable {
        var sender: String
        var reason: String
        /// The protocol stands for the port: what is right on one is wrong on the other.
        var protocolName: String
    }

    private typealias Reports = RecurringReports<Kind, RefusalSummary>

    private struct State {
        var reports = Reports(intervalNanos: 60_000_000_000) { $0.add($1) }
        var total = 0
    }

    /// How many different kinds are remembered. Past that senders share one a reason and protocol, so that a flood
    /// from forged addresses costs neither memory nor log.
    private static let kindsMax = 1_024
    /// More senders than that who were refused for one reason, and are due at the same time, share a line.
    private static let linesMax = 8
    /// What stands for many senders.
    private static let many = "many"
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
        sender: String, reason: RefusalReason, message: String, protocolName: String, source: String? = nil,
        now: NIODeadline = .now()
    ) {
        let source = source ?? sender
        let report = state.withLockedValue { state in
            state.total += 1
            var kind = Kind(sender: sender, reason: reason.label, protocolName: protocolName)
            if !state.reports.isKnown(kind), state.reports.kindCount >= Self.kindsMax {
                kind.sender = Self.many
            }
            let summary = RefusalSummary(message: message, sender: sender, source: source)
            return state.reports.record(kind, summary, now: now.nanoseconds)
        }
        // What was refused alone, of a request that was accepted, is counted with the request.
        if !reason.isOfItems {
            counters?.noteRefused(reason: reason.label, protocolName: protocolName, source: source)
        }
        senders?.noteRefused(
            reason: reason, message: message, sender: Sender(source: source, address: sender))
        // Last: who sees the line finds it counted.
        if let report { log(report) }
    }

    /// Tells what was counted for a minute, and forgets whoever was quiet for so long.
    package func tellDue(now: NIODeadline = .now()) {
        log(state.withLockedValue { $0.reports.due(now: now.nanoseconds) })
    }

    /// Tells everything that was counted and not told yet: for the end.
    package func tellAll() {
        let now = NIODeadline.now().nanoseconds
        log(state.withLockedValue { $0.reports.all(now: now) })
    }

    private func log(_ reports: [Reports.Report]) {
        let byReason = Dictionary(grouping: reports) {
            Kind(sender: Self.many, reason: $0.kind.reason, protocolName: $0.kind.protocolName)
        }
        for (shared, reports) in byReason {
            guard reports.count > Self.linesMax, var all = reports.first else {
                for report in reports { log(report) }
                continue
            }
            all.kind = shared
            for report in reports.dropFirst() {
                all.count += report.count
                all.content.add(report.content)
            }
            log(all)
        }
    }

    /// A line that stands for more than one refusal says for how many sources and kinds of messages it does, since it has
    /// room for the last message only.
    private func log(_ report: Reports.Report) {
        let content = report.content
        var metadata: Logger.Metadata = [
            "sender": .string(report.kind.sender), "reason": .string(report.kind.reason),
            "protocol": .string(report.kind.protocolName), "message": .string(content.message),
            "count": .stringConvertible(report.count),
        ]
        if report.count > 1 {
            metadata["sources"] = .string(content.sourceCount)
            metadata["messages"] = .string(content.messageCount)
        }
        if report.kind.sender == Self.many { metadata["last_sender"] = .string(content.sender) }
        logger.warning("request.refused", metadata: metadata)
    }
}

extension NIODeadline {
    /// On the clock that it is of.
    var nanoseconds: Int64 { Int64(clamping: uptimeNanoseconds) }
}
