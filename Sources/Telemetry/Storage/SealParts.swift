/// Parts what is sealed together into what makes a segment each: nearly always one.
enum SealParts {
    /// What a segment made of several batches has at the most: what chunks and blocks can hold.
    static let columnsMax = ChunkID.columnsMax
    static let memoryBytesMax = Block.contentBytesMax

    /// The batches of each segment. Spans whose starts are not believed are apart from the others, and none has
    /// more than a segment can hold: one commit can bring any number of keys.
    static func parts(of batches: [SpanBatch], columnsMax: Int = columnsMax) -> [[SpanBatch]] {
        // Nearly always: batches are many fields wide, and copies of thousands would tell in small requests.
        if areOnOneSide(batches) { return bounded(batches, columnsMax: columnsMax) }
        var sides: [BelievableStarts.Side: [SpanBatch]] = [:]
        for batch in batches {
            for (side, part) in batch.parts() { sides[side, default: []].append(part) }
        }
        return BelievableStarts.Side.allCases.flatMap { side in
            bounded(sides[side, default: []], columnsMax: columnsMax)
        }
    }

    private static func areOnOneSide(_ batches: [SpanBatch]) -> Bool {
        guard let first = batches.first?.side else { return false }
        return batches.indices.allSatisfy { batches[$0].side == first }
    }

    /// A column of a batch: one for each key as it was sent, also where two were mended to the same text.
    private struct Column: Hashable {
        var key: ColumnKey
        var hash: UInt64
    }

    private static func bounded(_ batches: [SpanBatch], columnsMax: Int) -> [[SpanBatch]] {
        guard let first = batches.first else { return [] }
        // Mostly there is room even if no two sets of columns had a key in common.
        if columnsAtMost(batches) <= columnsMax,
            batches.indices.reduce(0, { $0 + batches[$1].memoryBytes }) <= memoryBytesMax
        {
            return [batches]
        }
        var parts = [[first]]
        var bytes = first.memoryBytes
        var columns = Self.columns(of: first)
        for batch in batches.dropFirst() {
            let own = Self.columns(of: batch)
            bytes += batch.memoryBytes
            columns.formUnion(own)
            if columns.count > columnsMax || bytes > memoryBytesMax {
                parts.append([])
                bytes = batch.memoryBytes
                columns = own
            }
            parts[parts.count - 1].append(batch)
        }
        return parts
    }

    /// How many columns there would be if no two sets of columns had one in common.
    private static func columnsAtMost(_ batches: [SpanBatch]) -> Int {
        var sets: Set<ObjectIdentifier> = []
        var count = 0
        for index in batches.indices where sets.insert(ObjectIdentifier(batches[index].columns)).inserted {
            count += batches[index].columns.count
        }
        return count
    }

    private static func columns(of batch: SpanBatch) -> Set<Column> {
        Set(zip(batch.columns.keys, batch.columns.hashes).map { Column(key: $0, hash: $1) })
    }
}
