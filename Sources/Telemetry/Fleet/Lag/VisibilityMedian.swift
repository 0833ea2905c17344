/// Between what the median lies of the times after which versions could be had from a group of nodes.
package struct VisibilityMedian: Hashable, Sendable {
    /// How many versions, each counted once for each node that was asked for it.
    package var versions: Int
    /// The median is not below this; 0 where most versions were there when they were first asked for.
    package var lowerNanos: Int64
    /// Nor above this; nil where most have not been had yet.
    package var upperNanos: Int64?

    /// - Returns: nil without versions
    init?(_ versions: [VersionVisibility]) {
        self.init(lower: versions.map(\.lowerNanos), upper: versions.map(\.upperNanos))
    }

    /// The median of lower bounds is a lower bound of the median, and so above: ordered each by itself, every bound
    /// still bounds the value of the same rank. Of an even number, the lower one of the two in the middle is meant.
    /// - Parameters:
    ///   - lower: nil for 0
    ///   - upper: of the same versions; nil for no bound
    /// - Returns: nil without versions
    init?(lower: [Int64?], upper: [Int64?]) {
        guard !lower.isEmpty else { return nil }
        versions = lower.count
        let middle = (lower.count - 1) / 2
        lowerNanos = lower.map { $0 ?? 0 }.sorted()[middle]
        let bound = upper.map { $0 ?? .max }.sorted()[middle]
        upperNanos = bound == .max ? nil : bound
    }
}
