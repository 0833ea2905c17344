import TestSupport
import Testing

@testable import Telemetry

@Suite("Encodings of columns")
struct CodingTests {
    private func numbers(_ random: inout SeededGenerator, _ shape: Int, _ count: Int) -> [UInt64] {
        (0..<count).map { index in
            switch shape {
            case 0: 0
            case 1: UInt64(index)
            case 2: UInt64.random(in: 0...5, using: &random)
            case 3: UInt64.random(in: 0 ... .max, using: &random)
            case 4: UInt64(bitPattern: Int64.random(in: -300...300, using: &random))
            default: 1_790_000_000_000_000_000 &+ UInt64(index) &* 1_000
            }
        }
    }

    @Test("Numbers of every shape come back", arguments: 0..<6, [0, 1, 7, 63, 64, 1_024, 5_000])
    func integers(shape: Int, count: Int) throws {
        var random = SeededGenerator(seed: UInt64(shape * 10_000 + count))
        let values = numbers(&random, shape, count)
        let compressor = ZstdCompressor()
        let decompressor = ZstdDecompressor()
        for transform in [IntegerCoding.Transform.none, .zigzag, .delta] {
            var writer = ByteWriter()
            IntegerCoding.write(values, transform, compressor, to: &writer)
            var reader = ByteReader(writer.bytes.span)
            #expect(try IntegerCoding.read(&reader, decompressor, countMax: count) == values)
            #expect(reader.remaining == 0)
        }
        let small = values.map { UInt32(truncatingIfNeeded: $0) }
        var writer = ByteWriter()
        IntegerCoding.write(small, compressor, to: &writer)
        var reader = ByteReader(writer.bytes.span)
        #expect(try IntegerCoding.read32(&reader, decompressor, countMax: count) == small)
    }

    @Test("A count above what there can be is damage")
    func counts() throws {
        let compressor = ZstdCompressor()
        let decompressor = ZstdDecompressor()
        var writer = ByteWriter()
        IntegerCoding.write([UInt64](repeating: 0, count: 100), .none, compressor, to: &writer)
        let bytes = writer.bytes
        #expect(throws: ByteReader.Damage.self) {
            var reader = ByteReader(bytes.span)
            _ = try IntegerCoding.read(&reader, decompressor, countMax: 99)
        }
    }

    @Test("Blocks come back, compressed or not, and random bytes are left alone")
    func blocks() throws {
        var random = SeededGenerator(seed: 3)
        let compressor = ZstdCompressor()
        let decompressor = ZstdDecompressor()
        let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = Array(String(repeating: "GET /{module}/@v/{version}.zip ", count: 3_000).utf8)
        for (content, isSmaller) in [(noise, false), (text, true), ([], false), ([7], false)] {
            var writer = ByteWriter()
            Block.write(content.span, compressor, to: &writer)
            #expect((writer.bytes.count < content.count) == isSmaller)
            var reader = ByteReader(writer.bytes.span)
            #expect(try Block.read(&reader, decompressor) == content)
        }
        let isWorthTrying = Block.isWorthTrying(noise.span)
        #expect(!isWorthTrying)
    }

    @Test("A compressed block that lies about its length is damage, and takes no memory")
    func lyingBlock() {
        let compressor = ZstdCompressor()
        let decompressor = ZstdDecompressor()
        var writer = ByteWriter()
        writer.byte(Block.Codec.zstd.rawValue)
        writer.varint(UInt64(1) << 40)
        writer.counted(compressor.compress([UInt8](repeating: 1, count: 5_000).span) ?? [])
        let bytes = writer.bytes
        #expect(throws: ByteReader.Damage.self) {
            var reader = ByteReader(bytes.span)
            _ = try Block.read(&reader, decompressor)
        }
    }

    @Test("The checksum is XXH64: values of its reference implementation")
    func xxh64() {
        // Computed with PyPI's xxhash 3.5 (xxh64, seed 0).
        let cases: [(String, UInt64)] = [
            ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
        ]
        for (text, expected) in cases {
            let sum = checksum(Array(text.utf8).span)
            #expect(sum == expected)
        }
        let long = (0..<101).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let sum = checksum(long.span)
        #expect(sum == XXH64Vector.of101Bytes)
    }

    @Test("The trace filter never denies a trace that is there, and most that are not")
    func traceFilter() {
        var random = SeededGenerator(seed: 4)
        func ids(_ count: Int) -> [TraceID] {
            (0..<count).map { _ in
                TraceID(
                    high: UInt64.random(in: 1 ... .max, using: &random),
                    low: UInt64.random(in: 0 ... .max, using: &random))
            }
        }
        let present = ids(13_000)
        let filter = TraceFilter(present)
        #expect(present.allSatisfy { filter.mayContain($0) })
        let seeming = ids(20_000).filter { filter.mayContain($0) }.count
        #expect(seeming < 400)
        #expect(filter.bytes.count <= 13_000 * 10 / 8 + 8)
    }
}

@Suite("Small helpers of queries")
struct QueryHelperTests {
    @Test(
        "A pattern matches whole texts, and stars stand for anything",
        arguments: [
            ("a", "a", true), ("a", "ab", false), ("", "", true), ("*", "", true), ("*", "x", true),
            ("a*", "abc", true), ("*c", "abc", true), ("a*c", "ac", true), ("a*c", "abd", false),
            ("*b*", "abc", true), ("a*b*c", "a1b2c", true), ("ab*ba", "aba", false), ("**", "x", true),
            ("%", "x", false), ("a*a*a", "aa", false), ("*ü*", "über", true),
        ])
    func globs(pattern: String, text: String, isMatch: Bool) {
        #expect(GlobPattern(pattern).matches(text) == isMatch)
    }

    @Test("The heap keeps the first elements of any order", arguments: [0, 1, 5, 100])
    func heap(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        let numbers = (0..<count).map { _ in Int.random(in: 0...30, using: &random) }
        var heap = BoundedHeap<Int>(limit: 10, isBefore: >)
        for number in numbers { heap.insert(number) }
        #expect(heap.sorted() == Array(numbers.sorted(by: >).prefix(10)))
    }
}

private enum XXH64Vector {
    /// Of the bytes 0, 7, 14, … modulo 256, 101 of them.
    static let of101Bytes: UInt64 = 0x42312f4d55d9bd17
}
