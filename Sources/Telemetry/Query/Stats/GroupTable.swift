/// The groups that one worker has met, by the values of their keys.
struct GroupTable: Sendable {
    private(set) var keys: [[SpanValue]] = []
    var totals: [SpanTotals] = []
    /// The values that were met, so that a group is found by small numbers.
    private var labels: [SpanValue: UInt32] = [:]
    private var index: [[UInt32]: UInt32] = [:]

    var count: Int { keys.count }

    /// The number of a value.
    mutating func label(_ value: SpanValue) -> UInt32 {
        if let known = labels[value] { return known }
        let label = UInt32(labels.count)
        labels[value] = label
        return label
    }

    /// The group of some values.
    /// - Parameter key: the values that `labels` stand for; asked for when the group is new
    mutating func group(labels: [UInt32], key: () -> [SpanValue]) -> Int {
        if let known = index[labels] { return Int(known) }
        index[labels] = UInt32(keys.count)
        keys.append(key())
        totals.append(SpanTotals())
        return keys.count - 1
    }

    mutating func group(_ key: [SpanValue]) -> Int {
        let labels = key.map { label($0) }
        return group(labels: labels) { key }
    }
}
