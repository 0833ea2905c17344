import Testing

@testable import Telemetry

/// Ranks of values without sorting them.
@Suite struct RankSelectionTests {
    @Test func everyRankHasTheValueThatSortingPutsThere() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        for (count, limit) in [(1, 10), (16, 5), (17, 3), (18, 1_000), (300, 2), (300, 40), (5_000, 1 << 31)]
        {
            let values = (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt32(truncatingIfNeeded: state >> 33) % UInt32(limit)
            }
            let sorted = values.sorted()
            for rank in Set([0, count / 2, count * 9 / 10, count - 1]) {
                let ranks = Array(Set([rank / 2, rank, count - 1])).sorted()
                var mixed = values
                let found = RankSelection.values(of: ranks, in: &mixed)
                #expect(found == ranks.map { sorted[$0] }, "seed \(seed): \(count) values, ranks \(ranks)")
                #expect(mixed.sorted() == sorted, "seed \(seed): values were lost")
            }
        }
    }

    @Test func valuesMayBeOfAnyTypeThatHasAnOrder() {
        let integers = (0..<900).map { Int64($0 * 7_919 % 900) - 450 }
        var mixed = integers
        #expect(RankSelection.values(of: [0, 450, 899], in: &mixed) == [-450, 0, 449])
        var reals = integers.map { Double($0) / 4 }
        #expect(RankSelection.values(of: [0, 451, 899], in: &reals) == [-112.5, 0.25, 112.25])
    }

    @Test func equalAndOrderedValuesAreNoTrouble() {
        let ascending = [UInt32](0..<4_000)
        for values in [[UInt32](repeating: 7, count: 4_000), ascending, ascending.reversed()] {
            let sorted = values.sorted()
            var mixed = values
            #expect(
                RankSelection.values(of: [0, 1_999, 3_960, 3_999], in: &mixed)
                    == [sorted[0], sorted[1_999], sorted[3_960], sorted[3_999]])
        }
    }
}
