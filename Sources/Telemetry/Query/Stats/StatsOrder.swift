/// What groups are sorted by. Numbers: highest first; equal ones by key.
package enum StatsOrder: String, CaseIterable, Hashable, Sendable {
    case key
    case count
    case errors
    case errorShare = "error-share"
    case ratio
    case p50
    case p90
    case p99
    case max
    case total

    /// Whether a group comes before another one.
    func isBefore(_ left: StatsGroup, _ right: StatsGroup) -> Bool {
        let (leftNumber, rightNumber) = (number(left), number(right))
        if leftNumber != rightNumber { return leftNumber > rightNumber }
        return left.key.lexicographicallyPrecedes(right.key)
    }

    private func number(_ group: StatsGroup) -> Double {
        switch self {
        case .key: 0
        case .count: Double(group.totals.spans)
        case .errors: Double(group.totals.errors)
        case .errorShare: group.totals.errorShare
        case .ratio: group.totals.ratio ?? -1
        case .p50: Double(group.quantiles.p50)
        case .p90: Double(group.quantiles.p90)
        case .p99: Double(group.quantiles.p99)
        case .max: Double(group.totals.longestNanos)
        case .total: Double(group.totals.sumNanos)
        }
    }
}
