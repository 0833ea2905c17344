/// Chunk 65,535: columns of requests, and tables of what they name. docs/format.md specifies it.
extension SegmentRequests {
    private static let detachedBit: UInt64 = 1

    func encode(_ compressor: borrowing ZstdCompressor, to writer: inout ByteWriter) {
        func add(_ values: [UInt32]) { IntegerCoding.write(values, compressor, to: &writer) }
        func add(_ values: [UInt64]) { IntegerCoding.write(values, .none, compressor, to: &writer) }
        func add(_ table: StringTable) {
            add((0..<table.count).map { UInt32(table.range($0).count) })
            Block.write(table.bytes.span, compressor, to: &writer)
        }
        writer.byte(Self.version)
        writer.varint(mayHaveDetachedFetches ? Self.detachedBit : 0)
        add(Self.steps(rows))
        let (codes, table) = coded(facts)
        add(table.map(\.bits))
        add(codes)
        add(
            outers.enumerated().map { place, outer in
                outer < 0 ? 0 : UInt32(truncatingIfNeeded: zigzag(Int64(place) - Int64(outer)))
            })
        add(moduleNames)
        add(Self.symbols(modules))
        add(Self.symbols(clients))
        add(unexpectedSizes)
        add(Self.steps(waits.map(\.place)))
        add(waits.map(\.after))
        add(waits.map(\.nanos))
    }

    /// The distinct values, and by element which of them it is.
    private func coded(_ facts: [Facts]) -> (codes: [UInt32], table: [Facts]) {
        var known: [Facts: UInt32] = [:]
        var table: [Facts] = []
        var last: (facts: Facts, code: UInt32)?
        let codes = facts.map { facts -> UInt32 in
            if let last, last.facts == facts { return last.code }
            let code = known[facts] ?? UInt32(table.count)
            if code == table.count {
                table.append(facts)
                known[facts] = code
            }
            last = (facts, code)
            return code
        }
        return (codes, table)
    }

    /// Differences of ascending numbers; the first is counted from -1.
    private static func steps(_ numbers: [UInt32]) -> [UInt32] {
        var next: UInt32 = 0
        return numbers.map { number in
            defer { next = number &+ 1 }
            return number &- next
        }
    }

    /// Numbers that come for the first time in ascending order, 0 for none: 0 stays, 1 repeats the one before it, 2 is the
    /// next new one, and n + 2 is number n.
    private static func symbols(_ numbers: [UInt32]) -> [UInt32] {
        var previous: UInt32 = 0
        var known: UInt32 = 0
        return numbers.map { number in
            guard number > 0 else { return 0 }
            defer { previous = number }
            if number == previous { return 1 }
            if number == known + 1 {
                known = number
                return 2
            }
            return number + 2
        }
    }

    /// - Parameter spanCount: how many spans the segment has
    /// - Returns: nil where another version of this code stored something else
    /// - Throws: `ByteReader.Damage` for bytes that `encode` does not write
    init?(
        decoding reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, spanCount: Int
    ) throws(ByteReader.Damage) {
        guard try reader.byte() == Self.version else { return nil }
        mayHaveDetachedFetches = try reader.varint() & Self.detachedBit != 0
        rows = try Self.indexes(&reader, decompressor, countMax: spanCount, limit: spanCount)
        guard Self.addUp(&rows, limit: spanCount) else { throw reader.damage() }
        let count = rows.count
        let table = try IntegerCoding.read(&reader, decompressor, countMax: count).map { Facts(bits: $0) }
        let codes = try Self.indexes(&reader, decompressor, countMax: count, limit: table.count)
        guard codes.count == count else { throw reader.damage() }
        facts = codes.map { table[Int($0)] }
        outers = try Self.outers(&reader, decompressor, count)
        moduleNames = try Self.table(&reader, decompressor, countMax: count)
        modules = try Self.numbers(&reader, decompressor, count, limit: moduleNames.count)
        clients = try Self.numbers(&reader, decompressor, count, limit: count)
        try readSizes(&reader, decompressor)
        try readWaits(&reader, decompressor)
        guard reader.remaining == 0 else { throw reader.damage() }
    }

    // MARK: Sizes

    /// What was answered to the request before it for the same, which mostly is the same file.
    private struct ExpectedSizes {
        /// By module and kind; two kinds of eight share a place.
        private var sizes: [UInt64]

        init(moduleCount: Int) {
            sizes = [UInt64](repeating: RequestAttribute.nothing, count: (moduleCount + 1) * 8)
        }

        /// The size that is expected of a request, to be replaced by the one that it has.
        @inline(__always)
        subscript(module: UInt32, kind: UInt8) -> UInt64 {
            get { sizes[Int(module) &* 8 &+ Int(kind & 7)] }
            set { sizes[Int(module) &* 8 &+ Int(kind & 7)] = newValue }
        }
    }

    /// By request: 0 where its size is the expected one, 1 where there is none, else the size and 2.
    private var unexpectedSizes: [UInt64] {
        var expected = ExpectedSizes(moduleCount: moduleNames.count)
        return responseBytes.indices.map { place in
            let (module, kind, size) = (modules[place], facts[place].kind, responseBytes[place])
            guard size != expected[module, kind] else { return 0 }
            expected[module, kind] = size
            return size &+ 2
        }
    }

    private mutating func readSizes(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor
    ) throws(ByteReader.Damage) {
        var sizes = try IntegerCoding.read(&reader, decompressor, countMax: count)
        guard sizes.count == count else { throw reader.damage() }
        var expected = ExpectedSizes(moduleCount: moduleNames.count)
        var span = sizes.mutableSpan
        for place in span.indices {
            let (module, kind) = (modules[place], facts[place].kind)
            if span[place] == 0 {
                span[place] = expected[module, kind]
                continue
            }
            let size = span[place] &- 2
            guard size <= Exchange.responseBytesMax || size == RequestAttribute.nothing else {
                throw reader.damage()
            }
            expected[module, kind] = size
            span[place] = size
        }
        responseBytes = sizes
    }

    private mutating func readWaits(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor
    ) throws(ByteReader.Damage) {
        var places = try Self.indexes(&reader, decompressor, countMax: count, limit: count)
        let after = try IntegerCoding.read(&reader, decompressor, countMax: places.count)
        let nanos = try IntegerCoding.read(&reader, decompressor, countMax: places.count)
        guard Self.addUp(&places, limit: count), after.count == places.count, nanos.count == places.count
        else { throw reader.damage() }
        waits = places.indices.map { Wait(place: places[$0], after: after[$0], nanos: nanos[$0]) }
    }

    /// Numbers below a limit, which may be 0 where there are none.
    private static func indexes(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, countMax: Int, limit: Int
    ) throws(ByteReader.Damage) -> [UInt32] {
        try IntegerCoding.read32(&reader, decompressor, countMax: countMax, limit: UInt64(limit))
    }

    /// Undoes `steps`.
    /// - Returns: whether all are below the limit
    private static func addUp(_ numbers: inout [UInt32], limit: Int) -> Bool {
        var next: UInt64 = 0
        var span = numbers.mutableSpan
        for place in span.indices {
            let number = next &+ UInt64(span[place])
            guard number < UInt64(limit) else { return false }
            span[place] = UInt32(truncatingIfNeeded: number)
            next = number &+ 1
        }
        return true
    }

    private static func outers(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, _ count: Int
    ) throws(ByteReader.Damage) -> [Int32] {
        let codes = try IntegerCoding.read32(&reader, decompressor, countMax: count)
        guard codes.count == count else { throw reader.damage() }
        var outers = [Int32](repeating: -1, count: count)
        var target = outers.mutableSpan
        let span = codes.span
        for place in span.indices where span[place] != 0 {
            let outer = Int64(place) - unzigzag(UInt64(span[place]))
            guard outer >= 0, outer < Int64(count) else { throw reader.damage() }
            target[place] = Int32(outer)
        }
        return outers
    }

    private static func table(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, countMax: Int
    ) throws(ByteReader.Damage) -> StringTable {
        let lengths = try IntegerCoding.read32(&reader, decompressor, countMax: countMax)
        let content = try Block.read(&reader, decompressor)
        guard let table = StringTable(bytes: content, lengths: lengths) else { throw reader.damage() }
        return table
    }

    /// Undoes `symbols`.
    /// - Parameter limit: the largest number that there can be
    private static func numbers(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, _ count: Int, limit: Int
    ) throws(ByteReader.Damage) -> [UInt32] {
        var numbers = try IntegerCoding.read32(&reader, decompressor, countMax: count)
        guard numbers.count == count else { throw reader.damage() }
        var previous: UInt32 = 0
        var known: UInt32 = 0
        var span = numbers.mutableSpan
        for place in span.indices {
            switch span[place] {
            case 0: continue
            case 1: break
            case 2:
                known &+= 1
                previous = known
            case let symbol: previous = symbol &- 2
            }
            guard previous > 0, previous <= known, Int(known) <= limit else { throw reader.damage() }
            span[place] = previous
        }
        return numbers
    }
}
