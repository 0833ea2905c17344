extension SegmentStatistics {
    /// Whether both say the same, in whatever order.
    func agrees(with other: SegmentStatistics, _ keys: [ColumnKey]) -> Bool {
        guard operations == other.operations, columns.count == other.columns.count,
            sources.count == other.sources.count, sources.allSatisfy({ Int($0.peer) < peers.count })
        else { return false }
        for (column, key) in keys.enumerated() {
            let (mine, its) = (columns[column], other.columns[column])
            guard mine.values == its.values, Self.agree(mine.range, its.range, key.type) else { return false }
        }
        return bySender == other.bySender
    }

    private static func agree(_ left: ValueRange?, _ right: ValueRange?, _ type: ValueType) -> Bool {
        guard type == .double, let left, let right else { return left == right }
        // By value: 0 and -0 are equal.
        return Double(bitPattern: left.minimum) == Double(bitPattern: right.minimum)
            && Double(bitPattern: left.maximum) == Double(bitPattern: right.maximum)
    }

    /// Who sent: the index of the origin and the address.
    struct Sender: Hashable {
        var origin: UInt32
        var peer: String
    }

    func sender(_ source: Int) -> Sender {
        Sender(origin: sources[source].origin, peer: peers[Int(sources[source].peer)])
    }

    private var bySender: [Sender: [Int64]] {
        let senders = sources.enumerated().map { index, source in
            (
                sender(index),
                [
                    Int64(source.spans), Int64(source.errors), source.firstStart.rawValue,
                    source.lastStart.rawValue,
                ]
            )
        }
        return Dictionary(senders, uniquingKeysWith: { first, _ in first })
    }
}
