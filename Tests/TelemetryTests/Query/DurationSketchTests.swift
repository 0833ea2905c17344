import Foundation
import TestSupport
import Testing

@testable import Telemetry

@Suite("Duration sketches")
struct DurationSketchTests {
    private static let quantiles = [0, 0.001, 0.07, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1]

    /// Durations as they come: some tiny, many around a millisecond, a long tail.
    private static func durations(_ count: Int, _ random: inout SeededGenerator) -> [Int64] {
        (0..<count).map { _ in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: Int64.random(in: 0..<300, using: &random)
            case 1: Int64.random(in: 800_000..<1_500_000, using: &random)
            case 2:
                Int64.random(in: 0...Int64.max, using: &random) >> Int64.random(in: 0..<63, using: &random)
            default: Int64(exp(Double.random(in: 5..<25, using: &random)))
            }
        }
    }

    private static func expectClose(
        _ sketch: DurationSketch, _ durations: [Int64], seed: UInt64,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let sorted = durations.sorted()
        for quantile in quantiles {
            let rank = DurationSketch.nearestRank(quantile, of: UInt64(sorted.count))
            let exact = Double(sorted[Int(rank) - 1])
            let estimate = Double(sketch.quantile(quantile) ?? -1)
            #expect(
                abs(estimate - exact) <= exact * 0.01,
                "p\(quantile * 100) is \(estimate), exact \(exact); seed \(seed)", sourceLocation: location)
        }
    }

    @Test("every quantile is within one percent of the exact one", arguments: [1, 2, 3, 99, 100, 5_000])
    func quantilesAreClose(count: Int) {
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(seed: seed)
            let durations = Self.durations(count, &random)
            var sketch = DurationSketch()
            for duration in durations { sketch.add(duration) }
            #expect(sketch.count == UInt64(count))
            Self.expectClose(sketch, durations, seed: seed)
        }
    }

    @Test("merged and stored sketches give what one sketch of everything gives")
    func mergingLosesNothing() throws {
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(seed: seed)
            let durations = Self.durations(2_000, &random)
            var whole = DurationSketch()
            var parts = [DurationSketch](repeating: DurationSketch(), count: 7)
            for duration in durations {
                whole.add(duration)
                parts[Int.random(in: 0..<7, using: &random)].add(duration)
            }
            var merged = DurationSketch()
            var decoded = DurationSketch()
            for part in parts {
                merged.merge(part)
                var writer = ByteWriter()
                part.encode(to: &writer)
                var reader = ByteReader(writer.bytes.span)
                try decoded.merge(decoding: &reader)
                #expect(reader.remaining == 0)
            }
            #expect(merged == whole, "seed \(seed)")
            #expect(decoded == whole, "seed \(seed)")
            Self.expectClose(merged, durations, seed: seed)
        }
    }

    @Test("a bucket's middle is in the bucket, and buckets grow with durations")
    func bucketsAreOrdered() {
        for bucket in 0..<DurationSketch.bucketCount {
            #expect(DurationSketch.bucket(of: DurationSketch.middle(of: bucket)) == bucket)
        }
        for edge in [0, 1, 63, 64, 65, 127, 128, 129, 130, 255, 256, 1_000_000, Int64.max - 1] {
            #expect(DurationSketch.bucket(of: edge) <= DurationSketch.bucket(of: edge + 1))
        }
        #expect(DurationSketch.bucket(of: -5) == 0)
        #expect(DurationSketch.bucketCount == 3_712)
    }

    @Test("the rank of a quantile is the nearest rank")
    func ranksAreNearestRanks() {
        #expect(DurationSketch.nearestRank(0.5, of: 1) == 1)
        #expect(DurationSketch.nearestRank(0.5, of: 2) == 1)
        #expect(DurationSketch.nearestRank(0.5, of: 3) == 2)
        #expect(DurationSketch.nearestRank(0.07, of: 100) == 7)
        #expect(DurationSketch.nearestRank(0.99, of: 100) == 99)
        #expect(DurationSketch.nearestRank(0.99, of: 101) == 100)
        #expect(DurationSketch.nearestRank(0, of: 10) == 1)
        #expect(DurationSketch.nearestRank(2, of: 10) == 10)
        #expect(DurationSketch().quantile(0.5) == nil)
    }

    @Test("damaged bytes are damage, whatever they say")
    func damageIsReported() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            var reader = ByteReader(bytes.span)
            if let sketch = try? DurationSketch(decoding: &reader) { _ = sketch.quantile(0.5) }
        }
        let pastTheLast: [UInt8] = [1, 0x80, 0x1d, 1]
        var reader = ByteReader(pastTheLast.span)
        #expect(throws: ByteReader.Damage.self) { try DurationSketch(decoding: &reader) }
    }
}
