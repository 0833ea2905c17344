/// A column of unsigned numbers: transformed when that makes them smaller, split into byte planes, each
/// plane a block.
///
/// ```
/// numbers = transform (1 byte)  count (varint)  planes (1 byte, 0 to 8)  block for each plane, lowest first
/// ```
/// High bytes of numbers repeat where low ones do not: in planes of their own they compress to almost
/// nothing, and incompressible low planes are left alone.
enum IntegerCoding {
    enum Transform: UInt8 {
        case none = 0
        /// Each number is the zigzag of itself.
        case zigzag = 1
        /// Each number is the zigzag of the difference to the one before it (the first: to 0).
        case delta = 2
    }

    static func write(
        _ values: [UInt64], _ transform: Transform, _ compressor: borrowing ZstdCompressor,
        to writer: inout ByteWriter
    ) {
        var numbers = values
        var span = numbers.mutableSpan
        switch transform {
        case .none: break
        case .zigzag:
            for index in span.indices { span[index] = Telemetry.zigzag(Int64(bitPattern: span[index])) }
        case .delta:
            var previous: UInt64 = 0
            for index in span.indices {
                let value = span[index]
                span[index] = Telemetry.zigzag(Int64(bitPattern: value &- previous))
                previous = value
            }
        }
        var all: UInt64 = 0
        for index in span.indices { all |= span[index] }
        let planes = (64 - all.leadingZeroBitCount + 7) / 8
        writer.byte(transform.rawValue)
        writer.varint(values.count)
        writer.byte(UInt8(planes))
        var plane = [UInt8](repeating: 0, count: values.count)
        for number in 0..<planes {
            let shift = UInt64(number * 8)
            var bytes = plane.mutableSpan
            for index in span.indices { bytes[index] = UInt8(truncatingIfNeeded: span[index] &>> shift) }
            Block.write(plane.span, compressor, to: &writer)
        }
    }

    static func write(
        _ values: [UInt32], _ compressor: borrowing ZstdCompressor, to writer: inout ByteWriter
    ) {
        let numbers = values.span
        var all: UInt32 = 0
        for index in numbers.indices { all |= numbers[index] }
        let planes = (32 - all.leadingZeroBitCount + 7) / 8
        writer.byte(Transform.none.rawValue)
        writer.varint(values.count)
        writer.byte(UInt8(planes))
        var plane = [UInt8](repeating: 0, count: values.count)
        for number in 0..<planes {
            let shift = UInt32(number * 8)
            var bytes = plane.mutableSpan
            for index in numbers.indices {
                bytes[index] = UInt8(truncatingIfNeeded: numbers[index] &>> shift)
            }
            Block.write(plane.span, compressor, to: &writer)
        }
    }

    /// The numbers of a column.
    /// - Parameter countMax: how many there can be at the most; more is damage
    static func read(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, countMax: Int
    ) throws(ByteReader.Damage) -> [UInt64] {
        guard let transform = Transform(rawValue: try reader.byte()) else { throw reader.damage() }
        let (planes, planeCount, count) = try readPlanes(
            &reader, decompressor, countMax: countMax, planesMax: 8)
        var values = BytePlanes.join64(planes, planeCount: planeCount, count: count)
        undo(transform, &values)
        return values
    }

    /// The planes of a column, one after another.
    private static func readPlanes(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, countMax: Int, planesMax: Int
    ) throws(ByteReader.Damage) -> (planes: [UInt8], planeCount: Int, count: Int) {
        let count = try reader.varint()
        guard count <= UInt64(countMax) else { throw reader.damage() }
        let planeCount = Int(try reader.byte())
        guard planeCount <= planesMax else { throw reader.damage() }
        var planes: [UInt8] = []
        planes.reserveCapacity(planeCount * Int(count))
        for plane in 1..<planeCount + 1 {
            try Block.read(&reader, decompressor, appendingTo: &planes)
            guard planes.count == plane * Int(count) else { throw reader.damage() }
        }
        return (planes, planeCount, Int(count))
    }

    private static func undo(_ transform: Transform, _ values: inout [UInt64]) {
        var span = values.mutableSpan
        switch transform {
        case .none: break
        case .zigzag:
            for index in span.indices { span[index] = UInt64(bitPattern: unzigzag(span[index])) }
        case .delta:
            var previous: UInt64 = 0
            for index in span.indices {
                previous = previous &+ UInt64(bitPattern: unzigzag(span[index]))
                span[index] = previous
            }
        }
    }

    /// Numbers that fit 32 bits, none of them `limit` or more.
    static func read32(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, countMax: Int,
        limit: UInt64 = UInt64(UInt32.max) + 1
    ) throws(ByteReader.Damage) -> [UInt32] {
        guard Transform(rawValue: try reader.byte()) == Transform.none else { throw reader.damage() }
        let (planes, planeCount, count) = try readPlanes(
            &reader, decompressor, countMax: countMax, planesMax: 4)
        let values = BytePlanes.join32(planes, planeCount: planeCount, count: count)
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value) }
        guard values.isEmpty || UInt64(largest) < limit else { throw reader.damage() }
        return values
    }
}
