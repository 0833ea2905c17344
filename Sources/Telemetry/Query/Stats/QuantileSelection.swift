/// Finds exact quantiles of durations without sorting them: counts how many fall into each part of the range,
/// and looks closer at those parts only in which a quantile lies.
struct QuantileSelection {
    /// Up to so many values are brought together and partitioned.
    private static let gatheredMax = 8_192
    /// Parts that a range is cut into: 2^11.
    private static let partBits: UInt32 = 11

    private let buffers: [[UInt32]]
    private let runs: [GroupedDurations.Run]
    private let longOnes: [Int64]
    private let count: Int

    /// - Parameter longOnes: those that stand in the runs as `GroupedDurations.long`
    init(_ buffers: [[UInt32]], _ runs: [GroupedDurations.Run], _ longOnes: [Int64]) {
        self.buffers = buffers
        self.runs = runs
        self.longOnes = longOnes
        count = runs.reduce(0) { $0 + Int($1.count) }
    }

    /// - Precondition: there is at least one duration
    func quantiles() -> DurationQuantiles {
        let ranks = DurationQuantiles.parts.map {
            Int(DurationSketch.nearestRank($0, of: UInt64(count))) - 1
        }
        let found = count <= Self.gatheredMax ? gathered(ranks) : selected(ranks)
        let longSorted = longOnes.sorted()
        let nanos = zip(found, ranks).map { value, rank -> Int64 in
            guard value == GroupedDurations.long else { return Int64(value) }
            let place = rank - (count - longSorted.count)
            return longSorted.indices.contains(place) ? longSorted[place] : Int64(value)
        }
        return DurationQuantiles(p50: nanos[0], p90: nanos[1], p99: nanos[2])
    }

    private func gathered(_ ranks: [Int]) -> [UInt32] {
        var values: [UInt32] = []
        values.reserveCapacity(count)
        for run in runs {
            values += buffers[Int(run.buffer)][Int(run.start)..<Int(run.start + run.count)]
        }
        return RankSelection.values(of: ranks, in: &values)
    }

    /// The first cut is by size, as in a sketch; the ones after it are even.
    private func selected(_ ranks: [Int]) -> [UInt32] {
        var counts = [Int](repeating: 0, count: DurationSketch.bucket(of: Int64(UInt32.max)) + 1)
        forEach { counts[DurationSketch.bucket(of: Int64($0))] &+= 1 }
        return ranks.map { rank in
            var before = 0
            var bucket = 0
            while before + counts[bucket] <= rank {
                before += counts[bucket]
                bucket += 1
            }
            let first = UInt64(DurationSketch.lowest(of: bucket))
            let next = UInt64(DurationSketch.lowest(of: bucket + 1))
            return value(rank: rank - before, from: first, below: next, count: counts[bucket])
        }
    }

    /// The value of a rank among those in a range.
    private func value(rank: Int, from first: UInt64, below end: UInt64, count: Int) -> UInt32 {
        if end - first <= 1 { return UInt32(truncatingIfNeeded: first) }
        let low = UInt32(truncatingIfNeeded: first)
        let width = UInt32(truncatingIfNeeded: min(end, 1 << 32) - first)
        if count <= Self.gatheredMax {
            var values: [UInt32] = []
            values.reserveCapacity(count)
            forEach { if $0 &- low < width { values.append($0) } }
            return RankSelection.values(of: [rank], in: &values)[0]
        }
        let widthBits = 32 - UInt32((width - 1).leadingZeroBitCount)
        let shift = widthBits > Self.partBits ? widthBits - Self.partBits : 0
        var counts = [Int](repeating: 0, count: Int((width - 1) >> shift) + 1)
        forEach { if $0 &- low < width { counts[Int(($0 &- low) &>> shift)] &+= 1 } }
        var before = 0
        var part = 0
        while before + counts[part] <= rank {
            before += counts[part]
            part += 1
        }
        let partFirst = first + UInt64(part) << UInt64(shift)
        return value(
            rank: rank - before, from: partFirst, below: min(partFirst + 1 << UInt64(shift), end),
            count: counts[part])
    }

    @inline(__always)
    private func forEach(_ visit: (UInt32) -> Void) {
        for run in runs {
            let buffer = buffers[Int(run.buffer)]
            let values = buffer.span
            for index in Int(run.start)..<Int(run.start + run.count) { visit(values[index]) }
        }
    }
}
