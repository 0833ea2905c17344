/// The answer to a `StatsQuery`.
package struct StatsResult: Sendable {
    /// In the order that was asked for.
    package var groups: [StatsGroup]
    /// All that matched, in groups that are shown or not.
    package var groupCount: Int
    package var spanCount: Int
    /// The time that rates are per: the window, or where it is open the time between the first and the last
    /// span of the file; with periods, one of these. Nanoseconds, at least 1.
    package var rateNanos: Int64
    /// Whether quantiles are exact; else they are within 1 %.
    package var isExact: Bool
    /// Keys that no span in the window has, in the segments that were looked at.
    package var unknownKeys: [SpanKey]
    /// Attributes that spans and resources do have, for suggestions; collected only where a key is unknown.
    package var knownKeys: [String]
    /// Answers of senders that say sizes, without one, that count as good ones: where outcomes are asked for.
    package var unsized: Int = 0
    package var notes: [QualityNote]
}
