import Testing

@testable import Telemetry

@Suite("The scan statistic finds when something happened more often than it should")
struct ScanStatisticTests {
    /// A hundred requests in each of sixty slots, of which two are expected to be bad.
    private static func slots(_ bad: (Int) -> Float) -> [ScanStatistic.Slot] {
        (0..<60).map { ScanStatistic.Slot(count: 100, bad: bad($0), expected: 2) }
    }

    @Test("the interval is that of the excess")
    func interval() throws {
        let excess = try #require(
            ScanStatistic.excess(Self.slots { (20..<30).contains($0) ? 20 : 2 }, least: 20))
        #expect(excess.slots == 20..<30)
        #expect(excess.count == 1_000 && excess.bad == 200 && excess.expected == 20)
        #expect(excess.rate == 0.2 && excess.ratio == 10)
        #expect(excess.likelihood > 200)
    }

    @Test("what is as expected, or less, is no excess")
    func none() {
        #expect(ScanStatistic.excess(Self.slots { _ in 2 }, least: 20) == nil)
        #expect(ScanStatistic.excess(Self.slots { _ in 0 }, least: 20) == nil)
        #expect(ScanStatistic.excess([], least: 20) == nil)
        // Twice as much is normal for this one.
        #expect(ScanStatistic.excess(Self.slots { _ in 4 }, factor: 2, least: 20) == nil)
    }

    @Test("fewer requests than are asked for tell nothing")
    func few() {
        let slots = [ScanStatistic.Slot(count: 19, bad: 19, expected: 0.1)]
        #expect(ScanStatistic.excess(slots, least: 20) == nil)
        #expect(ScanStatistic.excess(slots, least: 19) != nil)
    }

    @Test("the more are bad of as many, the less probable")
    func likelihood() {
        let values = [2, 3, 10, 50, 100].map { ScanStatistic.likelihood($0, of: 100, expected: 2) }
        #expect(values == values.sorted())
        #expect(values[0] == 0 && values[4].isFinite)
        #expect(ScanStatistic.likelihood(1, of: 0, expected: 0) == 0)
    }

    @Test("heaps make numbers vary more than chance does")
    func dispersion() {
        let even = Self.slots { _ in 2 }
        #expect(ScanStatistic.dispersion([even]) == 1)
        let heaps = Self.slots { $0 % 4 == 0 ? 24 : 0 }
        #expect(ScanStatistic.dispersion([heaps]) > 4)
        // An outage is none, however many groups it shows in: nothing else was ever bad.
        let outage = Self.slots { (20..<22).contains($0) ? 40 : 0 }
        let groups = [[ScanStatistic.Slot]](repeating: outage, count: 12)
        #expect(ScanStatistic.dispersion(groups) == 1)
    }

    @Test("fewer than expected are as improbable as more, and two rates differ as far as both are known")
    func rarityAndDifference() {
        #expect(ScanStatistic.rarity(5, of: 100, expected: 5) == 0)
        #expect(ScanStatistic.rarity(9, of: 100, expected: 5) == 0)
        #expect(abs(ScanStatistic.rarity(0, of: 1_000, expected: 5) - 5) < 0.1, "Poisson: e to the minus 5")
        #expect(
            ScanStatistic.rarity(5, of: 100, expected: 50) > ScanStatistic.rarity(20, of: 100, expected: 50))
        func slot(_ bad: Float, _ count: Float) -> ScanStatistic.Slot {
            ScanStatistic.Slot(count: count, bad: bad, expected: 0)
        }
        #expect(ScanStatistic.difference(slot(5, 10), slot(50, 100)) == 0)
        #expect(ScanStatistic.difference(slot(1, 10), slot(50, 100)) == 0, "the first one is the lower one")
        #expect(ScanStatistic.difference(slot(0, 10), slot(0, 10)) == 0)
        // Twice as much of both is twice the evidence.
        let once = ScanStatistic.difference(slot(8, 10), slot(1, 20))
        #expect(once > 5 && abs(ScanStatistic.difference(slot(16, 20), slot(2, 40)) - 2 * once) < 1e-9)
        #expect(abs(ScanStatistic.difference(slot(10, 10), slot(0, 10)) - 20 * 0.693_147) < 1e-3)
    }
}
