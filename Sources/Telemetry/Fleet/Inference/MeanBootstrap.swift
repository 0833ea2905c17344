import Glibc

/// How far a mean may be off by chance: means of samples that are drawn again from what was seen.
///
/// Each value is drawn as often as chance (Poisson) says, so that any number of requests takes no longer than the
/// buckets of their sketch. Values that were seen often are drawn all at once: how often a draw has them, and their sum, are
/// two normal numbers that go together. The seed is fixed: the same data give the same interval.
struct MeanBootstrap: Sendable {
    static let drawCount = 1_000
    /// What was seen more often is drawn together with all that was: the sum of many such is near enough to normal.
    private static let seenSeldomMax = 10.0

    /// The means of the draws.
    let means: [Double]

    /// - Parameters:
    ///   - values: each with how often it was seen
    ///   - mean: of what was seen, where the values are known less exactly
    init(_ values: [(value: Double, count: Double)], mean: Double, seed: UInt64) {
        let count = values.reduce(0) { $0 + $1.count }
        let rough = values.reduce(0) { $0 + $1.value * $1.count } / max(count, 1)
        let scale = rough > 0 ? mean / rough : 1
        var random = SeededRandom(seed: seed)
        var means: [Double] = []
        let frequent = values.filter { $0.count > Self.seenSeldomMax }
        let seldom = values.filter { $0.count <= Self.seenSeldomMax }.map {
            (value: $0.value, limit: exp(-$0.count))
        }
        let number = frequent.reduce(0) { $0 + $1.count }
        let total = frequent.reduce(0) { $0 + $1.value * $1.count }
        let squares = frequent.reduce(0) { $0 + $1.value * $1.value * $1.count }
        // Of the sum, what goes with the number drawn, and what does not.
        let deviation = number.squareRoot()
        let together = number > 0 ? total / deviation : 0
        let apart = number > 0 ? max(0, squares - together * together).squareRoot() : 0
        for _ in 0..<Self.drawCount {
            var sum = 0.0
            var drawn = 0.0
            if number > 0 {
                let chance = random.normal()
                drawn = max(0, number + deviation * chance)
                sum = max(0, total + together * chance + apart * random.normal())
            }
            for (value, limit) in seldom {
                let times = random.poisson(limit: limit)
                sum += value * times
                drawn += times
            }
            if drawn > 0 { means.append(sum / drawn * scale) }
        }
        self.means = means
    }

    /// In which the middle 95 % of some numbers lie; nil without numbers.
    static func interval(_ numbers: [Double]) -> ClosedRange<Double>? {
        let sorted = numbers.filter(\.isFinite).sorted()
        guard let last = sorted.indices.last else { return nil }
        let low = sorted[Int((Double(last) * 0.025).rounded())]
        let high = sorted[Int((Double(last) * 0.975).rounded())]
        return low...high
    }

    /// Of the mean itself.
    var interval: ClosedRange<Double>? { Self.interval(means) }

    /// How much better a mean is than another one, as a part of that: (b − x) / b.
    static func improvement(of means: MeanBootstrap, over baseline: MeanBootstrap) -> ClosedRange<Double>? {
        interval(
            zip(means.means, baseline.means).map { mean, baseline in
                baseline > 0 ? (baseline - mean) / baseline : .nan
            })
    }
}
