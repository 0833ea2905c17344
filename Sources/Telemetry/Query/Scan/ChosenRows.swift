/// The spans of a segment that a question is about, with their groups: what is added up of them.
struct ChosenRows {
    /// By position: the group of the span.
    let groups: [UInt32]
    /// By position: the row of the span; nil when it is the position.
    let rows: [UInt32]?
    /// By row: nanoseconds, as `cappedDurations` gives them.
    let durations: [UInt64]

    /// - Parameters:
    ///   - isError: by operation, 1 for spans that are errors
    ///   - ratio: by row: 0 for a span without the key of the ratio, 1 for one with it, 2 when its test passes
    func totals(
        groupCount: Int, operations: [UInt32], isError: [Int], _ ratio: [UInt8]?
    ) -> [SpanTotals] {
        var totals = [SpanTotals](repeating: SpanTotals(), count: groupCount)
        var sums = totals.mutableSpan
        let groups = groups.span
        let durations = durations.span
        let operations = operations.span
        let isError = isError.span
        let list = rows ?? []
        let rowOf = list.span
        let isAll = rows == nil
        for position in groups.indices {
            let row = isAll ? position : Int(rowOf[position])
            let group = Int(groups[position])
            let nanos = Int64(truncatingIfNeeded: durations[row])
            sums[group].spans &+= 1
            sums[group].errors &+= isError[Int(operations[row])]
            sums[group].addDuration(nanos)
            sums[group].longestNanos = max(sums[group].longestNanos, nanos)
        }
        if let ratio {
            for position in groups.indices {
                let mark = ratio[isAll ? position : Int(rowOf[position])]
                let group = Int(groups[position])
                if mark > 0 { sums[group].ratioSpans &+= 1 }
                if mark > 1 { sums[group].ratioPassed &+= 1 }
            }
        }
        return totals
    }

    func sketches(groupCount: Int) -> [DurationSketch] {
        var sketches = [DurationSketch](repeating: DurationSketch(), count: groupCount)
        for (position, group) in groups.enumerated() {
            let row = rows.map { Int($0[position]) } ?? position
            sketches[Int(group)].add(Int64(truncatingIfNeeded: durations[row]))
        }
        return sketches
    }

    /// Orders durations by group.
    /// - Parameters:
    ///   - target: by group, its number in `all`
    ///   - counts: by group, how many spans it has
    func addDurations(_ target: [Int], counts: [Int], to all: inout GroupedDurations) {
        var next: [Int] = []
        var sum = 0
        for count in counts {
            next.append(sum)
            sum += count
        }
        var ordered = [UInt32](repeating: 0, count: sum)
        var place = next.mutableSpan
        var output = ordered.mutableSpan
        let groups = groups.span
        let durations = durations.span
        let list = rows ?? []
        let rowOf = list.span
        let isAll = rows == nil
        for position in groups.indices {
            let nanos = durations[isAll ? position : Int(rowOf[position])]
            let group = Int(groups[position])
            if nanos >= UInt64(GroupedDurations.long) {
                all.addLong(Int64(truncatingIfNeeded: nanos), group: target[group])
                output[place[group]] = GroupedDurations.long
            } else {
                output[place[group]] = UInt32(truncatingIfNeeded: nanos)
            }
            place[group] &+= 1
        }
        all.add(ordered, ends: next, groups: target)
    }
}
