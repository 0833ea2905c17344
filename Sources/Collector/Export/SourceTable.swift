import NIOConcurrencyHelpers
package import NIOCore
import Telemetry

/// The sources that have sent lately.
package final class SourceTable: Sendable {
    private struct State {
        var sources: [String: ExportSource] = [:]
        var rates: SourceRates
        /// All that found no place share one source.
        var others: ExportSource
        var sweptAt = NIODeadline.distantPast
    }

    /// 10,000: three times a large fleet, some 2 MiB.
    package static let sourcesMax = 10_000
    /// A flood of addresses must not have all sources looked through for each of them.
    private static let sweepInterval = TimeAmount.seconds(1)

    private let state: NIOLockedValueBox<State>
    private let seriesMax: Int
    private let series = SeriesAllowance.Total()
    private let sourcesMax: Int

    /// - Parameter seriesMax: series of metrics of each source
    package init(
        rates: SourceRates = SourceRates(), seriesMax: Int = .max, sourcesMax: Int = SourceTable.sourcesMax
    ) {
        self.seriesMax = seriesMax
        self.sourcesMax = sourcesMax
        state = NIOLockedValueBox(
            State(
                rates: rates,
                others: ExportSource(
                    name: Self.othersName, rate: rates.others,
                    series: SeriesAllowance(seriesMax: seriesMax, total: series))))
    }

    private static let othersName = "others"

    private func source(_ name: String, _ rate: SourceRate?, now: NIODeadline) -> ExportSource {
        ExportSource(
            name: name, rate: rate, series: SeriesAllowance(seriesMax: seriesMax, total: series), now: now)
    }

    /// The source of that name; one that all others share when there are too many.
    package func source(named name: String, now: NIODeadline = .now()) -> ExportSource {
        state.withLockedValue { source(named: name, in: &$0, now: now) }
    }

    /// The source of a connection on which nothing else was proved: its certificate, else the network of its address. An
    /// address for which somebody set a rate is a source of its own.
    package func source(of peer: Peer, now: NIODeadline = .now()) -> ExportSource {
        state.withLockedValue { state in
            let hasOwnRate = peer.network != peer.address && state.rates.bySource[peer.address] != nil
            let name = peer.certificateName ?? (hasOwnRate ? peer.address : peer.network)
            return source(named: name, in: &state, now: now)
        }
    }

    private func source(named name: String, in state: inout State, now: NIODeadline) -> ExportSource {
        if let known = state.sources[name] { return known }
        if state.sources.count >= sourcesMax, !Self.makePlace(&state, sourcesMax, now: now) {
            return state.others
        }
        let new = source(name, state.rates.rate(of: name), now: now)
        state.sources[name] = new
        return new
    }

    /// Replaces the rates. Who has used up its rate waits on, as far as the rate did not change.
    package func setRates(_ rates: SourceRates, now: NIODeadline = .now()) {
        state.withLockedValue { state in
            guard rates != state.rates else { return }
            state.rates = rates
            for (name, source) in state.sources { source.setRate(rates.rate(of: name), now: now) }
            state.others.setRate(rates.others, now: now)
        }
    }

    /// Forgets sources that hold nothing. A request that has one of them goes on with it.
    private static func makePlace(_ state: inout State, _ sourcesMax: Int, now: NIODeadline) -> Bool {
        guard now - state.sweptAt >= sweepInterval else { return false }
        state.sweptAt = now
        state.sources = state.sources.filter { $0.value.share.heldBytes > 0 }
        return state.sources.count < sourcesMax
    }
}
