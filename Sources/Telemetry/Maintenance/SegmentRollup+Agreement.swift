/// Whether a rollup says of the spans what another one does.
///
/// How requests are classified may change from version to version, so rows are compared without that: by sender,
/// name, kind and minute.
extension SegmentRollup {
    private struct Key: Hashable {
        var sender: SegmentStatistics.Sender
        var name: UInt32
        var kind: Int32
        var minute: UInt32
    }

    private struct Totals: Hashable {
        var spans: UInt64 = 0
        var errors: UInt64 = 0
        var durationNanos: UInt64 = 0
        var sketch: [UInt16: UInt64] = [:]
    }

    /// - Parameters:
    ///   - own: the statistics whose sources this rollup refers to
    ///   - others: those that the other one refers to
    func agrees(
        with other: SegmentRollup, own: SegmentStatistics, others: SegmentStatistics
    ) -> Bool {
        totals(own) == other.totals(others)
    }

    private func totals(_ statistics: SegmentStatistics) -> [Key: Totals] {
        var totals: [Key: Totals] = [:]
        for row in 0..<rowCount {
            let group = groups[Int(groupIndexes[row])]
            let key = Key(
                sender: statistics.sender(Int(group.source)), name: group.name, kind: group.kind,
                minute: minutes[row])
            var sums = totals[key] ?? Totals()
            sums.spans &+= UInt64(spans[row])
            sums.errors &+= UInt64(errors[row])
            sums.durationNanos = sums.durationNanos.addingClamped(durationSums[row])
            for place in sketchRange(row) {
                sums.sketch[buckets[place], default: 0] &+= UInt64(counts[place])
            }
            totals[key] = sums
        }
        return totals
    }
}
