import Glibc

/// Where in time something happened more often than expected, if anywhere: the scan statistic of Kulldorff (1997), for
/// events of which each could have been one or not.
///
/// Every interval of slots is looked at. The one that chance makes least probable is told, with how improbable it is,
/// so that when it began and ended comes out with whether it was.
struct ScanStatistic {
    /// What is known of one slot of time.
    struct Slot: Sendable {
        var count: Float = 0
        var bad: Float = 0
        /// How many were expected to be bad.
        var expected: Float = 0

        static func += (left: inout Slot, right: Slot) {
            left.count += right.count
            left.bad += right.bad
            left.expected += right.expected
        }

        static func -= (left: inout Slot, right: Slot) {
            left.count = max(0, left.count - right.count)
            left.bad = max(0, left.bad - right.bad)
            left.expected = max(0, left.expected - right.expected)
        }
    }

    /// An interval with more than was expected.
    struct Excess: Sendable {
        var slots: Range<Int>
        var count: Double
        var bad: Double
        var expected: Double
        /// The logarithm of how much better the own rate explains it than the expected one.
        var likelihood: Double

        var rate: Double { count > 0 ? bad / count : 0 }
        /// How many times as many as expected.
        var ratio: Double { expected > 0 ? bad / expected : .infinity }
    }

    /// No rate is so small or so large that a single event would prove anything.
    private static let rateRange = 0.000_1...0.98

    /// The most improbable interval with an excess; nil where there is none.
    /// - Parameters:
    ///   - factor: how many times the expected numbers are what is normal for this one
    ///   - least: as few requests in an interval tell nothing
    static func excess(_ slots: [Slot], factor: Double = 1, least: Double) -> Excess? {
        var sums: [(count: Double, bad: Double, expected: Double)] = [(0, 0, 0)]
        sums.reserveCapacity(slots.count + 1)
        for slot in slots {
            let last = sums[sums.count - 1]
            sums.append(
                (
                    last.count + Double(slot.count), last.bad + Double(slot.bad),
                    last.expected + Double(slot.expected) * factor
                ))
        }
        var best: Excess?
        // An interval that begins or ends with a slot without anything bad is never the best.
        let ends = slots.indices.filter { slots[$0].bad > 0 }
        for first in ends {
            for last in ends where last >= first {
                let count = sums[last + 1].count - sums[first].count
                guard count >= least else { continue }
                let bad = sums[last + 1].bad - sums[first].bad
                let expected = sums[last + 1].expected - sums[first].expected
                guard bad > expected else { continue }
                let likelihood = likelihood(bad, of: count, expected: expected)
                if likelihood > best?.likelihood ?? 0 {
                    best = Excess(
                        slots: first..<last + 1, count: count, bad: bad, expected: expected,
                        likelihood: likelihood)
                }
            }
        }
        return best
    }

    /// The logarithm of the ratio of the likelihoods of two rates: the one seen, and the one expected.
    static func likelihood(_ bad: Double, of count: Double, expected: Double) -> Double {
        guard count > 0 else { return 0 }
        let normal = min(max(expected / count, rateRange.lowerBound), rateRange.upperBound)
        let seen = min(bad / count, 1)
        guard seen > normal else { return 0 }
        let good = seen < 1 ? (count - bad) * log((1 - seen) / (1 - normal)) : 0
        return bad * log(seen / normal) + good
    }

    /// The same of fewer bad ones than expected.
    static func rarity(_ bad: Double, of count: Double, expected: Double) -> Double {
        guard count > 0, bad < expected else { return 0 }
        let normal = min(max(expected / count, rateRange.lowerBound), rateRange.upperBound)
        let good = (count - bad) * log((count - bad) / count / (1 - normal))
        return (bad > 0 ? bad * log(bad / count / normal) : 0) + good
    }

    /// The same of two rates, of which each is known by its own requests only, against one of both; 0 where the first is not
    /// the higher one.
    static func difference(_ here: Slot, _ there: Slot) -> Double {
        func logLikelihood(_ bad: Double, _ count: Double, _ rate: Double) -> Double {
            (bad > 0 ? bad * log(rate) : 0) + (bad < count ? (count - bad) * log(1 - rate) : 0)
        }
        let (count, bad) = (Double(here.count), Double(here.bad))
        let (otherCount, otherBad) = (Double(there.count), Double(there.bad))
        guard count > 0, otherCount > 0, bad * otherCount > otherBad * count else { return 0 }
        let both = (bad + otherBad) / (count + otherCount)
        return logLikelihood(bad, count, bad / count)
            + logLikelihood(otherBad, otherCount, otherBad / otherCount)
            - logLikelihood(bad, count, both) - logLikelihood(otherBad, otherCount, both)
    }

    /// Of fewer changes nothing is known: an outage alone makes two or three.
    private static let changesMin = 8

    /// By how much numbers of the same vary from one slot of time to the next beyond what chance alone does: events come
    /// in heaps. Neighbours are held against each other, so that a change that lasts does not count.
    ///
    /// What is in several series at once, as a node and its region are, is one change: where all that ever was bad is an
    /// outage, its begin and its end are no heaps.
    static func dispersion(_ series: some Sequence<[Slot]>) -> Double {
        var squares: [Double] = []
        var places: Set<Int> = []
        for slots in series {
            for (place, (left, right)) in zip(slots, slots.dropFirst()).enumerated()
            where left.count >= 5 && right.count >= 5 {
                let bad = Double(left.bad + right.bad)
                guard bad >= 2 else { continue }
                places.insert(place)
                let count = Double(left.count + right.count)
                let rate = min(bad / count, 0.98)
                let expected = Double(left.count) * rate
                let variance = expected * (1 - rate) * Double(right.count) / count
                let distance = Double(left.bad) - expected
                squares.append(distance * distance / max(variance, 1e-9))
            }
        }
        return places.count < changesMin ? 1 : robust(squares)
    }

    /// The mean of the lower nine tenths, by what it is of squares of normally distributed numbers: a few that are out of
    /// all order, as those of a culprit, do not count. A median would: few events make squares that are 0 or far above 1.
    /// Where events are so few that two neighbours have two or three, that is too much even for independent ones, half of
    /// which have all in one slot; the mean is not, and what is out of all order only makes it larger.
    private static func robust(_ squares: [Double]) -> Double {
        guard squares.count >= 8 else { return 1 }
        let mean = squares.reduce(0, +) / Double(squares.count)
        let lower = squares.sorted().prefix(squares.count * 9 / 10)
        return max(1, min(mean, lower.reduce(0, +) / Double(lower.count) / 0.623))
    }
}
