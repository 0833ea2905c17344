/// Where a volume is heading: whether it fills, is cleaned now and then, or stays as it is.
struct StorageTrend {
    /// The part that is free now, as it was told last.
    let share: Double
    /// The median of the last three readings, which a single one does not change.
    let settledShare: Double
    /// How full it was before somebody made room: the parts that were free then.
    let troughs: [Double]
    /// The readings since it was cleaned last.
    let descent: ArraySlice<StorageReadings.Reading>

    private static let readingsMin = 3
    /// Room was made where a third of what had been lost came back, and more than a change of a few files.
    private static let riseShare = 0.3
    private static let riseMin = 0.005
    private static let troughMargin = 0.02
    /// For a line through them.
    private static let fitMin = 12
    private static let fitMax = 100
    private static let fitSpanMin: UInt64 = 3_600_000_000_000
    /// A line says nothing of a time that is longer than this many times what was seen.
    private static let reach = 12.0
    /// Of all pairs of readings so many have to fall.
    private static let fallingMin = 0.8

    /// - Parameter readings: oldest first
    /// - Returns: nil of too few
    init?(_ readings: [StorageReadings.Reading]) {
        guard readings.count >= Self.readingsMin, let last = readings.last else { return nil }
        share = last.share
        settledShare = readings.suffix(3).map(\.share).sorted()[1]
        var troughs: [Double] = []
        var start = 0
        var low = readings[0].share
        for (place, reading) in readings.enumerated() {
            let peak = readings[start].share
            if reading.share - low >= max(Self.riseMin, Self.riseShare * (peak - low)), low < peak {
                troughs.append(low)
                (start, low) = (place, reading.share)
            } else if reading.share >= peak {
                (start, low) = (place, reading.share)
            } else {
                low = min(low, reading.share)
            }
        }
        self.troughs = troughs
        descent = readings[start...]
    }

    /// How long it takes until nothing is left, in seconds, as far as a straight line tells it: the median of the slopes
    /// between all pairs (Theil 1950, Sen 1968), which single readings do not bend. Nil where it does not fall, where it may be
    /// cleaned as before, or where that is further ahead than can be told from what was seen.
    var secondsToFull: Double? {
        guard isBelowTroughs, let first = descent.first, let last = descent.last,
            descent.count >= Self.fitMin, last.time - first.time >= Self.fitSpanMin,
            let slope = Self.slope(descent), slope < 0,
            // It still does.
            let late = Self.slope(descent.suffix(descent.count / 2)), late < 0
        else { return nil }
        let seconds = settledShare / -slope
        let span = Double(last.time - first.time) / 1e9
        return seconds <= Self.reach * span && settledShare / -late <= 2 * seconds ? seconds : nil
    }

    /// Whether less is free than whenever room was made before: nobody makes it any more.
    private var isBelowTroughs: Bool { troughs.allSatisfy { settledShare < $0 - Self.troughMargin } }

    /// In parts of the whole a second; nil where it does not go in one direction.
    private static func slope(_ readings: ArraySlice<StorageReadings.Reading>) -> Double? {
        let step = max(1, readings.count / fitMax)
        let some = stride(from: readings.startIndex, to: readings.endIndex, by: step).map { readings[$0] }
        var slopes: [Double] = []
        for (place, left) in some.enumerated() {
            for right in some[(place + 1)...] {
                slopes.append((right.share - left.share) / (Double(right.time - left.time) / 1e9))
            }
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        let falling = slopes.count { $0 < 0 }
        guard Double(falling) >= fallingMin * Double(slopes.count) else { return nil }
        return slopes[slopes.count / 2]
    }
}
