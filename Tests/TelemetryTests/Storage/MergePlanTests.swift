import Testing

@testable import Telemetry

@Suite("Which segments are merged")
struct MergePlanTests {
    private static let second: Int64 = 1_000_000_000

    /// Segments of ten seconds, one after another.
    private func entries(_ spans: [Int], levels: [Int] = []) -> [SegmentCatalogue.Entry] {
        spans.enumerated().map { index, spans in
            let start = Int64(index) * 10 * Self.second
            let summary = SegmentSummary(
                spans: spans, traces: 1, minStart: UnixNanos(rawValue: start),
                maxStart: UnixNanos(rawValue: start + 9 * Self.second),
                maxEnd: UnixNanos(rawValue: start + 9 * Self.second), minDuration: 0, maxDuration: 0,
                errors: 0)
            return SegmentCatalogue.Entry(
                id: Int64(index + 1), level: index < levels.count ? levels[index] : 0, format: 2,
                createdAt: UnixNanos(rawValue: start), summary: summary)
        }
    }

    private func ids(_ entries: [SegmentCatalogue.Entry]?) -> [Int64]? { entries?.map(\.id) }

    @Test("eight small neighbours, and not seven")
    func fanIn() {
        let plan = MergePlan()
        #expect(plan.next(entries([Int](repeating: 100, count: 7))) == nil)
        #expect(ids(plan.next(entries([Int](repeating: 100, count: 8)))) == Array(1...8))
        #expect(ids(plan.next(entries([Int](repeating: 100, count: 9)))) == Array(1...8))
        #expect(ids(plan.next(entries([Int](repeating: 100, count: 7)), isForced: true)) == Array(1...7))
        #expect(plan.next(entries([100]), isForced: true) == nil)
        #expect(plan.next([]) == nil)
    }

    @Test("no more time in one than an eighth of what is kept")
    func kept() {
        let eight = entries([Int](repeating: 100, count: 8))
        #expect(MergePlan().keeping(8 * 79 * Self.second).next(eight)?.count == 8)
        #expect(MergePlan().keeping(8 * 78 * Self.second).next(eight) == nil)
        #expect(MergePlan().keeping(nil) == MergePlan())
        #expect(MergePlan().keeping(.max) == MergePlan())
    }

    @Test("fewer when they make a full one, never more spans than memory is meant for")
    func sizes() {
        let plan = MergePlan()
        #expect(ids(plan.next(entries([40_000, 40_000]))) == [1, 2])
        #expect(plan.next(entries([30_000, 30_000])) == nil)
        #expect(ids(plan.next(entries([65_535, 65_535, 65_535]))) == [1, 2])
        #expect(plan.next(entries([65_536, 65_536, 65_536]), isForced: true) == nil)
        #expect(ids(plan.next(entries([65_000, 65_000, 1_072, 65_000]), isForced: true)) == [1, 2, 3])
        #expect(ids(plan.next(entries([65_000, 65_000, 1_073, 65_000]), isForced: true)) == [1, 2])
    }

    @Test("of those that were sealed close together: what came late keeps nothing else longer")
    func sealedTogether() {
        let plan = MergePlan()
        var nine = entries([Int](repeating: 100, count: 9))
        nine[4].createdAt = nine[4].createdAt.advanced(byNanos: 2 * plan.rangeNanosMax)
        #expect(ids(plan.next(nine)) == [1, 2, 3, 4, 6, 7, 8, 9])
        #expect(plan.next(Array(nine.dropLast())) == nil)
        // A limit that two of them just keep, or not.
        var two = entries([100, 100])
        two[1].createdAt = two[0].createdAt.advanced(byNanos: plan.rangeNanosMax)
        #expect(plan.next(two, isForced: true)?.count == 2)
        two[1].createdAt = two[1].createdAt.advanced(byNanos: 1)
        #expect(plan.next(two, isForced: true) == nil)
        // What is kept for a short time only limits it more.
        two[1].createdAt = two[0].createdAt.advanced(byNanos: 20 * Self.second)
        #expect(plan.keeping(8 * 19 * Self.second).next(two, isForced: true) == nil)
        #expect(plan.keeping(8 * 20 * Self.second).next(two, isForced: true)?.count == 2)
    }

    @Test("with a bounded search for neighbours of one time", arguments: [63, 64, 65])
    func passedOver(others: Int) {
        let plan = MergePlan()
        var some = entries([Int](repeating: 100, count: others + 2))
        for index in 1...others {
            some[index].createdAt = UnixNanos(rawValue: Int64(index + 1) * 2 * plan.rangeNanosMax)
        }
        #expect(
            ids(plan.next(some, isForced: true))
                == (others > plan.passedOverMax ? nil : [1, Int64(others) + 2]))
    }

    @Test("wide ones among themselves, those before they were sealed and those behind it apart")
    func wide() {
        let plan = MergePlan()
        let sealed = UnixNanos(rawValue: 1_000 * plan.rangeNanosMax)
        var some = entries([Int](repeating: 100, count: 6))
        for index in some.indices { some[index].createdAt = sealed }
        func stretch(_ index: Int, _ first: Int64, _ last: Int64) {
            some[index].summary.minStart = UnixNanos(rawValue: first)
            some[index].summary.maxStart = UnixNanos(rawValue: last)
        }
        stretch(0, 0, 900 * plan.rangeNanosMax)
        stretch(1, 5_000 * plan.rangeNanosMax, .max)
        stretch(2, 998 * plan.rangeNanosMax, sealed.rawValue)
        stretch(3, 5, 901 * plan.rangeNanosMax)
        stretch(4, 6_000 * plan.rangeNanosMax, .max)
        stretch(5, 997 * plan.rangeNanosMax, sealed.rawValue - 1)
        var merged: [[Int64]] = []
        while let run = plan.next(some, isForced: true) {
            merged.append(run.map(\.id))
            some.removeAll { run.map(\.id).contains($0.id) }
        }
        #expect(merged == [[3, 6], [1, 4], [2, 5]])
    }

    @Test("of one level, so that a span is not written again with each small neighbour")
    func levels() {
        let plan = MergePlan()
        let counts = [Int](repeating: 800, count: 7) + [Int](repeating: 100, count: 7)
        let levels = [Int](repeating: 1, count: 7) + [Int](repeating: 0, count: 7)
        #expect(plan.next(entries(counts, levels: levels)) == nil)
        #expect(ids(plan.next(entries([800] + counts, levels: [1] + levels))) == Array(1...8))
        #expect(plan.next(entries(counts, levels: levels), isForced: true)?.count == 14)
    }

    @Test("not over more time than is deleted as a whole")
    func ranges() {
        var plan = MergePlan()
        plan.rangeNanosMax = 79 * Self.second
        #expect(ids(plan.next(entries([Int](repeating: 100, count: 8)))) == Array(1...8))
        plan.rangeNanosMax -= 1
        #expect(plan.next(entries([Int](repeating: 100, count: 8))) == nil)
        #expect(ids(plan.next(entries([Int](repeating: 100, count: 8)), isForced: true)) == Array(1...7))
    }
}
