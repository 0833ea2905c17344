import Testing

@testable import Telemetry

@Suite("What chance explains")
struct InferenceTests {
    @Test(
        "intervals of shares are those of Clopper and Pearson",
        arguments: [
            (5, 10, 0.187086, 0.812914), (0, 10, 0, 0.308497), (10, 10, 0.691503, 1),
            (1, 20, 0.001265, 0.248733),
            (999, 1_000, 0.994441, 0.999975),
        ])
    func binomial(part: Int, whole: Int, low: Double, high: Double) throws {
        let interval = try #require(BinomialInterval.interval(part, of: whole))
        #expect(abs(interval.lowerBound - low) < 1e-5)
        #expect(abs(interval.upperBound - high) < 1e-5)
        #expect(BinomialInterval.interval(1, of: 0) == nil)
    }

    @Test("intervals of shares of millions hold the share and are narrow")
    func manyRequests() throws {
        let interval = try #require(BinomialInterval.interval(2_997_000, of: 3_000_000))
        #expect(interval.contains(0.999))
        #expect(interval.upperBound - interval.lowerBound < 1e-4)
    }

    @Test(
        "the logarithm of the gamma function",
        arguments: [(1.0, 0.0), (2, 0), (5, 3.1780538303), (0.5, 0.5723649429)])
    func gamma(argument: Double, value: Double) { #expect(abs(LogGamma.of(argument) - value) < 1e-9) }

    @Test("few requests are tested exactly: the lady who tasted four cups of eight, and had three right")
    func exactTest() {
        let tea = Association(selected: 3, selectedTotal: 4, rest: 1, restTotal: 4)
        #expect(abs(tea.probability - 17.0 / 70) < 1e-9)
        #expect(tea.lift == 3)
        let all = Association(selected: 4, selectedTotal: 4, rest: 0, restTotal: 4)
        #expect(abs(all.probability - 1.0 / 70) < 1e-9)
        #expect(all.lift == .infinity)
        #expect(all.attributable == 1)
    }

    @Test("many requests: as the exact test says, within a third of small probabilities")
    func approximateTest() {
        let many = Association(selected: 60, selectedTotal: 200, rest: 170, restTotal: 1_000)
        // Fisher's exact test, one-sided: 2.9e-5.
        #expect(many.probability > 1e-5 && many.probability < 6e-5)
        #expect(Association(selected: 10, selectedTotal: 200, rest: 170, restTotal: 1_000).probability == 1)
        #expect(abs(many.attributable - (1 - 140.0 / 970 / (60.0 / 230))) < 1e-12)
    }

    @Test("of many tests the rate of false discoveries grows with how many are as sure")
    func discoveries() {
        let rates = Association.falseDiscoveryRates([0.01, 0.04, 0.03, 0.005])
        #expect(rates == [0.02, 0.04, 0.04, 0.02])
        #expect(Association.falseDiscoveryRates([]).isEmpty)
    }

    @Test("intervals of means are the same each time, hold the mean, and shrink with the root of the count")
    func bootstrap() throws {
        let few = MeanBootstrap([(10, 25), (20, 25)], mean: 15, seed: 1)
        let again = MeanBootstrap([(10, 25), (20, 25)], mean: 15, seed: 1)
        let many = MeanBootstrap([(10, 2_500), (20, 2_500)], mean: 15, seed: 1)
        let narrow = try #require(many.interval)
        let wide = try #require(few.interval)
        #expect(few.means == again.means)
        #expect(wide.contains(15) && narrow.contains(15))
        // The standard error is 5 / √50 = 0.71: 95 % lie within 1.96 times that.
        #expect(abs((wide.upperBound - wide.lowerBound) / (2 * 1.96 * 0.7071) - 1) < 0.12)
        #expect(abs((wide.upperBound - wide.lowerBound) / (narrow.upperBound - narrow.lowerBound) - 10) < 1.5)
        #expect(MeanBootstrap([], mean: 0, seed: 1).interval == nil)
    }

    @Test("what was seen seldom and what was seen often have their part in an interval of a mean")
    func mixedBootstrap() throws {
        let values: [(value: Double, count: Double)] = [(10, 2_000), (20, 500), (200, 20), (1_000, 5)]
        let count = values.reduce(0) { $0 + $1.count }
        let mean = values.reduce(0) { $0 + $1.value * $1.count } / count
        let variance = values.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) * $1.count }
        let interval = try #require(MeanBootstrap(values, mean: mean, seed: 7).interval)
        let width = 2 * 1.96 * variance.squareRoot() / count
        #expect(interval.contains(mean))
        #expect(abs((interval.upperBound - interval.lowerBound) / width - 1) < 0.12)
    }
}
