import NIOConcurrencyHelpers
import Synchronization

/// How many different series a source may send in a day. A label that is never the same twice makes a series of every
/// point, and each series is a row for as long as anything refers to it.
package final class SeriesAllowance: Sendable {
    /// What becomes of the points of a series.
    enum Verdict {
        case kept
        /// They go into one series of their metric, without the attributes that told them apart.
        case merged
        /// They are refused.
        case refused
    }

    private struct State {
        var known: Set<UInt64> = []
        /// Origins and metrics whose points are merged.
        var merged: Set<UInt64> = []
        var since: UnixNanos?
    }

    /// Series that sources have together: 2 million at the most, some 50 MB.
    package final class Total: Sendable {
        fileprivate let count = Atomic<Int>(0)
        fileprivate let most: Int

        package init(most: Int = 2_000_000) { self.most = most }
    }

    /// Nanoseconds after which a source begins anew: a day.
    private static let windowNanos: Int64 = 86_400_000_000_000
    /// Metrics of a source whose points are merged, for each twenty series that it may have.
    private static let seriesPerMerged = 20

    private let seriesMax: Int
    private let total: Total
    private let state = NIOLockedValueBox(State())

    /// - Parameter seriesMax: that are told apart
    package init(seriesMax: Int = .max, total: Total = Total()) {
        self.seriesMax = seriesMax
        self.total = total
    }

    deinit { total.count.wrappingSubtract(state.withLockedValue { $0.known.count }, ordering: .relaxed) }

    /// Decides about the series of a batch, all at once.
    /// - Parameter series: a hash of each, and one of it without its attributes
    func verdicts(on series: [(whole: UInt64, metric: UInt64)], now: UnixNanos) -> [Verdict] {
        state.withLockedValue { state in
            beginWindow(&state, now)
            return series.map { verdict(on: $0, &state) }
        }
    }

    private func verdict(on series: (whole: UInt64, metric: UInt64), _ state: inout State) -> Verdict {
        if state.known.contains(series.whole) { return .kept }
        if state.known.count < seriesMax, total.count.load(ordering: .relaxed) < total.most {
            state.known.insert(series.whole)
            total.count.wrappingAdd(1, ordering: .relaxed)
            return .kept
        }
        if state.merged.contains(series.metric) { return .merged }
        guard state.merged.count < max(1, seriesMax / Self.seriesPerMerged) else { return .refused }
        state.merged.insert(series.metric)
        return .merged
    }

    /// A clock that was set back begins a window, too: nobody shall wait for years.
    private func beginWindow(_ state: inout State, _ now: UnixNanos) {
        if let since = state.since, now >= since, now < since.advanced(byNanos: Self.windowNanos) { return }
        total.count.wrappingSubtract(state.known.count, ordering: .relaxed)
        state = State(since: now)
    }
}
