/// Durations by group, for exact quantiles: four bytes a span, as they came segment by segment.
struct GroupedDurations: Sendable {
    /// Stands for a duration of 4.29 s and more, which lies among the long ones of its group.
    static let long = UInt32.max

    /// Some durations of a group.
    struct Run: Sendable {
        var group: UInt32
        /// Which of `buffers`, and where in it.
        var buffer: UInt32
        var start: UInt32
        var count: UInt32
    }

    private(set) var buffers: [[UInt32]] = []
    private(set) var runs: [Run] = []
    /// By group.
    private(set) var longOnes: [UInt32: [Int64]] = [:]

    /// Adds the durations of a segment.
    /// - Parameters:
    ///   - durations: ordered by the segment's own groups
    ///   - ends: where each of these ends
    ///   - groups: what each of these is here
    mutating func add(_ durations: [UInt32], ends: [Int], groups: [Int]) {
        var start = 0
        for (end, group) in zip(ends, groups) {
            if end > start {
                runs.append(
                    Run(
                        group: UInt32(group), buffer: UInt32(buffers.count), start: UInt32(start),
                        count: UInt32(end - start)))
            }
            start = end
        }
        buffers.append(durations)
    }

    mutating func addLong(_ nanos: Int64, group: Int) { longOnes[UInt32(group), default: []].append(nanos) }

    /// Takes over what another worker has, its groups by their numbers here.
    mutating func merge(_ other: GroupedDurations, groups: [Int]) {
        let first = UInt32(buffers.count)
        buffers += other.buffers
        runs += other.runs.map { run in
            var run = run
            run.group = UInt32(groups[Int(run.group)])
            run.buffer += first
            return run
        }
        for (group, nanos) in other.longOnes { longOnes[UInt32(groups[Int(group)]), default: []] += nanos }
    }

    /// The quantiles of each group.
    /// - Parameter groupCount: how many groups there are; each has at least one duration
    func quantiles(groupCount: Int) -> [DurationQuantiles] {
        var runsOf = [[Run]](repeating: [], count: groupCount)
        for run in runs { runsOf[Int(run.group)].append(run) }
        let sorted = runsOf
        return ParallelWork.map(groupCount) { group in
            QuantileSelection(buffers, sorted[group], longOnes[UInt32(group)] ?? []).quantiles()
        }
    }
}
