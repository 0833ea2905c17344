/// The least of many times from the end of a span to its arrival. A clock that is ahead makes all of them small; where many
/// are known, one or two that are smaller than all others are spans with a wrong end.
struct LeastLags: Sendable {
    /// As many are kept.
    private static let countMax = 8
    /// Of so many, one may be wrong.
    private static let countPerWrong = 20

    /// The least first.
    private var least: [Int64] = []
    private var count = 0

    /// Nil where there is none.
    var value: Int64? {
        least.isEmpty ? nil : least[min(max(count / Self.countPerWrong, 1), least.count) - 1]
    }

    mutating func add(_ lag: Int64) {
        count += 1
        insert(lag)
    }

    private mutating func insert(_ lag: Int64) {
        if least.count == Self.countMax {
            guard lag < least[Self.countMax - 1] else { return }
            least.removeLast()
        }
        least.insert(lag, at: least.firstIndex { $0 > lag } ?? least.count)
    }

    mutating func merge(_ other: LeastLags) {
        count += other.count
        for lag in other.least { insert(lag) }
    }
}
