/// Quantiles of durations in nanoseconds, by nearest rank: the shortest duration that at least this part of
/// all spans does not exceed.
package struct DurationQuantiles: Hashable, Sendable {
    static let parts = [0.5, 0.9, 0.99]

    package var p50: Int64
    package var p90: Int64
    package var p99: Int64
}
