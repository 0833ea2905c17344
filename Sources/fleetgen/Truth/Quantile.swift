/// The value of a rank.
package enum Quantile {
    /// - Parameter sorted: smallest first.
    /// - Returns: the value of rank ⌈q·n⌉; nil of nothing.
    package static func value(_ quantile: Double, of sorted: [UInt64]) -> UInt64? {
        guard !sorted.isEmpty else { return nil }
        let rank = Int((quantile * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}
