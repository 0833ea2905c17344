import TestSupport
import Testing

@testable import Telemetry

@Suite("Durations that may be few are counted as a sketch counts them")
struct FewDurationsTests {
    private func durations(_ count: Int, seed: UInt64) -> [Int64] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Int64.random(in: 0...30_000_000_000, using: &generator) }
    }

    private func sketch(_ nanos: [Int64]) -> DurationSketch {
        var sketch = DurationSketch()
        for nanos in nanos { sketch.add(nanos) }
        return sketch
    }

    private func few(_ nanos: [Int64]) -> FewDurations {
        var few = FewDurations()
        for nanos in nanos { few.add(nanos) }
        return few
    }

    @Test("few and many", arguments: [0, 1, 100, FewDurations.fewMax, FewDurations.fewMax + 1, 5_000])
    func adding(count: Int) {
        let nanos = durations(count, seed: 1)
        #expect(few(nanos).sketch == sketch(nanos))
    }

    @Test(
        "merged, whichever of both are many",
        arguments: [(10, 20), (FewDurations.fewMax, 1), (5_000, 3), (3, 5_000), (2_000, 2_000), (0, 0)])
    func merging(counts: (Int, Int)) {
        let (left, right) = (durations(counts.0, seed: 2), durations(counts.1, seed: 3))
        var merged = few(left)
        merged.merge(few(right))
        #expect(merged.sketch == sketch(left + right))
        merged.add(7)
        #expect(merged.sketch == sketch(left + right + [7]))
    }
}
