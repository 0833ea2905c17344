/// Chunk 15: columns of groups, of rows and of buckets. docs/format.md specifies it.
extension SegmentRollup {
    func encode(_ compressor: borrowing ZstdCompressor, to writer: inout ByteWriter) {
        func add(_ values: [UInt32]) { IntegerCoding.write(values, compressor, to: &writer) }
        add(groups.map(\.source))
        add(groups.map(\.name))
        add(groups.map { UInt32(bitPattern: $0.kind) })
        add(groups.map { UInt32($0.moduleKind) })
        add(groups.map { UInt32($0.cacheResult) })
        add(groups.map { UInt32($0.outcome) })
        var rowsOfGroup = [UInt32](repeating: 0, count: groups.count)
        for group in groupIndexes { rowsOfGroup[Int(group)] += 1 }
        add(rowsOfGroup)
        IntegerCoding.write(minutes.map { UInt64($0) }, .delta, compressor, to: &writer)
        add(errors)
        IntegerCoding.write(responseBytes, .none, compressor, to: &writer)
        IntegerCoding.write(durationSums, .none, compressor, to: &writer)
        add((0..<rowCount).map { UInt32(sketchRange($0).count) })
        var firsts: [UInt32] = []
        var steps: [UInt32] = []
        firsts.reserveCapacity(rowCount)
        steps.reserveCapacity(buckets.count)
        for row in 0..<rowCount {
            var previous: UInt16?
            for place in sketchRange(row) {
                if let previous {
                    steps.append(UInt32(buckets[place] - previous))
                } else {
                    firsts.append(UInt32(buckets[place]))
                }
                previous = buckets[place]
            }
        }
        add(firsts)
        add(steps)
        add(counts.map { $0 - 1 })
    }

    /// - Parameters:
    ///   - spanCount: how many spans the segment has: the rows must have as many
    ///   - sourceCount: how many sources its statistics have
    ///   - nameCount: how many names its dictionary has
    /// - Throws: `ByteReader.Damage` for bytes that `encode` does not write
    init(
        decoding reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, spanCount: Int,
        sourceCount: Int, nameCount: Int
    ) throws(ByteReader.Damage) {
        let sources = try Self.column(&reader, decompressor, spanCount, limit: sourceCount)
        let count = sources.count
        let names = try Self.column(&reader, decompressor, count, limit: nameCount, exactly: true)
        let kinds = try Self.column(&reader, decompressor, count, exactly: true)
        let moduleKinds = try Self.column(&reader, decompressor, count, limit: 256, exactly: true)
        let cacheResults = try Self.column(&reader, decompressor, count, limit: 256, exactly: true)
        let outcomes = try Self.column(&reader, decompressor, count, limit: 256, exactly: true)
        groups.reserveCapacity(count)
        for group in 0..<count {
            groups.append(
                Group(
                    source: sources[group], name: names[group], kind: Int32(bitPattern: kinds[group]),
                    moduleKind: UInt8(moduleKinds[group]), cacheResult: UInt8(cacheResults[group]),
                    outcome: UInt8(outcomes[group])))
        }
        for (group, rows) in try Self.column(&reader, decompressor, count, exactly: true).enumerated() {
            guard Int(rows) <= spanCount - groupIndexes.count else { throw reader.damage() }
            groupIndexes.append(contentsOf: repeatElement(UInt32(group), count: Int(rows)))
        }
        let rows = groupIndexes.count
        let minutes = try IntegerCoding.read(&reader, decompressor, countMax: rows)
        guard minutes.allSatisfy({ $0 <= Self.minuteMax }) else { throw reader.damage() }
        self.minutes = minutes.map { UInt32(truncatingIfNeeded: $0) }
        errors = try Self.column(&reader, decompressor, rows, exactly: true)
        responseBytes = try IntegerCoding.read(&reader, decompressor, countMax: rows)
        durationSums = try IntegerCoding.read(&reader, decompressor, countMax: rows)
        let lengths = try Self.column(&reader, decompressor, rows, exactly: true)
        guard minutes.count == rows, responseBytes.count == rows, durationSums.count == rows else {
            throw reader.damage()
        }
        try decodeSketches(&reader, decompressor, lengths, spanCount)
        guard reader.remaining == 0 else { throw reader.damage() }
    }

    private mutating func decodeSketches(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, _ lengths: [UInt32],
        _ spanCount: Int
    ) throws(ByteReader.Damage) {
        let firsts = try Self.column(
            &reader, decompressor, lengths.count, limit: DurationSketch.bucketCount, exactly: true)
        let steps = try Self.column(&reader, decompressor, spanCount, limit: DurationSketch.bucketCount)
        counts = try Self.column(&reader, decompressor, spanCount, limit: spanCount)
        guard steps.count + firsts.count == counts.count else { throw reader.damage() }
        var total = 0
        for length in lengths {
            guard length > 0 else { throw reader.damage() }
            total &+= Int(length)
        }
        // Together with the first ones, there is a step for each bucket then.
        guard total == counts.count else { throw reader.damage() }
        var buckets = [UInt16](repeating: 0, count: total)
        var spans = [UInt32](repeating: 0, count: lengths.count)
        var offsets = [UInt32](repeating: 0, count: lengths.count + 1)
        guard
            Self.expand(
                firsts, steps, lengths, &counts, buckets: &buckets, spans: &spans, offsets: &offsets)
                == spanCount
        else { throw reader.damage() }
        self.buckets = buckets
        self.spans = spans
        sketchOffsets = offsets
    }

    /// Finds the buckets from the steps between them, and adds rows up.
    /// - Returns: how many spans there are; nil when a bucket does not exist
    private static func expand(
        _ firsts: [UInt32], _ steps: [UInt32], _ lengths: [UInt32], _ counts: inout [UInt32],
        buckets: inout [UInt16], spans: inout [UInt32], offsets: inout [UInt32]
    ) -> Int? {
        let firsts = firsts.span
        let steps = steps.span
        let lengths = lengths.span
        var counts = counts.mutableSpan
        var buckets = buckets.mutableSpan
        var spans = spans.mutableSpan
        var offsets = offsets.mutableSpan
        var place = 0
        var step = 0
        var sum = 0
        for row in lengths.indices {
            // Neither 2^26 steps nor the first one reach 2^16: 64 bits hold the sum.
            var bucket = UInt64(firsts[row])
            var spansOfRow: UInt32 = 0
            let end = place &+ Int(lengths[row])
            while true {
                let count = counts[place] &+ 1
                counts[place] = count
                spansOfRow &+= count
                buckets[place] = UInt16(truncatingIfNeeded: bucket)
                place &+= 1
                if place == end { break }
                bucket &+= UInt64(steps[step])
                step &+= 1
            }
            // They ascend: the last is the highest.
            guard bucket < UInt64(DurationSketch.bucketCount) else { return nil }
            spans[row] = spansOfRow
            sum &+= Int(spansOfRow)
            offsets[row &+ 1] = UInt32(truncatingIfNeeded: place)
        }
        return sum
    }

    private static func column(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor, _ countMax: Int,
        limit: Int = 1 << 32, exactly: Bool = false
    ) throws(ByteReader.Damage) -> [UInt32] {
        let values = try IntegerCoding.read32(
            &reader, decompressor, countMax: countMax, limit: UInt64(limit))
        guard !exactly || values.count == countMax else { throw reader.damage() }
        return values
    }
}
