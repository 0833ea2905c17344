import NIOConcurrencyHelpers
package import Telemetry

/// What the collector did since it started, in numbers. The admin port, `status` and `doctor` read only this, what
/// the store says of itself, and the `SenderBook`.
///
/// Called from any thread. Whatever senders do, it takes a bounded amount of memory: labels that they choose are told
/// apart only up to a limit.
package final class CollectorCounters: Sendable {
    /// Which way a request came.
    package struct Way: Hashable, Sendable {
        package var signal: Signal
        /// `otlp/http`, `otlp/grpc`, `zipkin`.
        package var protocolName: String

        package init(signal: Signal, protocolName: String) {
            self.signal = signal
            self.protocolName = protocolName
        }
    }

    /// What came one way.
    package struct Accepted: Hashable, Sendable {
        /// Requests that were answered with success, repeated ones included.
        package var requests = 0
        /// Of these, those that were stored before: retries after a lost answer.
        package var repeatedRequests = 0
        /// Spans, points or log records of requests that were not stored before.
        package var items = 0
        /// Items that were refused alone, by partial success.
        package var rejectedItems = 0
        /// Bytes of the bodies, as they came: compressed where the sender compresses.
        package var bodyBytes = 0
    }

    /// Why something was refused, and by which part.
    package struct Refused: Hashable, Sendable {
        package var reason: String
        package var protocolName: String

        package init(reason: String, protocolName: String) {
            self.reason = reason
            self.protocolName = protocolName
        }
    }

    /// A request that was answered with success.
    package struct AcceptedRequest: Sendable {
        package var signal: Signal
        package var protocolName: String
        /// Who sent it: the name of its credential, else its address.
        package var source: String
        package var items: Int
        package var rejectedItems: Int
        package var bodyBytes: Int
        package var isRepeated: Bool

        package init(
            signal: Signal, protocolName: String, source: String, items: Int, rejectedItems: Int = 0,
            bodyBytes: Int, isRepeated: Bool = false
        ) {
            self.signal = signal
            self.protocolName = protocolName
            self.source = source
            self.items = items
            self.rejectedItems = rejectedItems
            self.bodyBytes = bodyBytes
            self.isRepeated = isRepeated
        }
    }

    /// All numbers at one moment.
    package struct Snapshot: Sendable {
        package var accepted: [Way: Accepted] = [:]
        package var refused: [Refused: Int] = [:]
        /// By source; `otherSources` stands for those that are not told apart.
        package var sources: [String: SourceCounts] = [:]
        package var events: [CollectorEvent: Int] = [:]
        /// From the last byte of a request to its answer.
        package var answerTime: LatencyHistogram.Snapshot
        /// Nil where nobody is told of incidents.
        package var notifications: NotificationCounts?
    }

    /// The name under which sources are counted that are not told apart.
    package static let otherSources = "other"
    /// Reasons and protocols are ours, so that these are never reached by what senders do.
    private static let labelsMax = 256

    private struct State {
        var accepted: [Way: Accepted] = [:]
        var refused: [Refused: Int] = [:]
        var sources: [String: SourceCounts] = [:]
        var notifications: NotificationCounts?
    }

    /// When counting began.
    package let startedAt: UnixNanos
    private let sourcesMax: Int
    private let state = NIOLockedValueBox(State())
    private let events = CollectorEvent.allCases.reduce(into: [:]) { $0[$1] = Counter() }
    private let answerTime = LatencyHistogram()

    /// - Parameter sourcesMax: how many sources are told apart: the first that come
    package init(sourcesMax: Int = 256, startedAt: UnixNanos = .now()) {
        self.sourcesMax = sourcesMax
        self.startedAt = startedAt
    }

    // MARK: Counting

    package func note(_ event: CollectorEvent, _ count: Int = 1) { events[event]?.add(count) }

    package func noteAccepted(_ request: AcceptedRequest) {
        state.withLockedValue { state in
            let way = Way(signal: request.signal, protocolName: request.protocolName)
            if state.accepted[way] != nil || state.accepted.count < Self.labelsMax {
                let stored = request.isRepeated ? 0 : request.items
                var accepted = state.accepted[way] ?? Accepted()
                accepted.requests += 1
                accepted.repeatedRequests += request.isRepeated ? 1 : 0
                accepted.items += stored
                accepted.rejectedItems += request.rejectedItems
                accepted.bodyBytes += request.bodyBytes
                state.accepted[way] = accepted
            }
            count(request.source, in: &state) { source in
                source.requests += 1
                source.items += request.isRepeated ? 0 : request.items
                source.rejectedItems += request.rejectedItems
                source.bodyBytes += request.bodyBytes
            }
        }
    }

    /// Counts a request, or a connection, that was refused. `RefusalLog` does it for all that it is told of.
    package func noteRefused(reason: String, protocolName: String, source: String) {
        state.withLockedValue { state in
            let refused = Refused(reason: reason, protocolName: protocolName)
            if state.refused[refused] != nil || state.refused.count < Self.labelsMax {
                state.refused[refused, default: 0] += 1
            }
            count(source, in: &state) { $0.refusals += 1 }
        }
    }

    /// Takes over what notifications came to.
    package func note(_ notifications: NotificationCounts) {
        state.withLockedValue { $0.notifications = notifications }
    }

    /// - Parameter nanos: from the last byte of a request to its answer
    package func noteAnswered(nanos: Int64) { answerTime.record(nanos: nanos) }

    private func count(
        _ source: String, in state: inout State, _ change: (inout SourceCounts) -> Void
    ) {
        let isToldApart = state.sources[source] != nil || state.sources.count < sourcesMax
        change(&state.sources[isToldApart ? source : Self.otherSources, default: SourceCounts()])
    }

    // MARK: Reading

    package var snapshot: Snapshot {
        let state = self.state.withLockedValue { $0 }
        return Snapshot(
            accepted: state.accepted, refused: state.refused, sources: state.sources,
            events: events.mapValues(\.count), answerTime: answerTime.snapshot,
            notifications: state.notifications)
    }
}
