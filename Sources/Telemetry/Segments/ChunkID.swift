/// The parts of a segment, each a row of the table `chunk`. The numbers are stored.
struct ChunkID: Hashable, Sendable {
    /// Below 65,536: the lower 16 bits of a row's key.
    var number: UInt16

    static let tables = ChunkID(number: 0)
    static let origins = ChunkID(number: 1)
    static let traceIDs = ChunkID(number: 2)
    static let traceSpanCounts = ChunkID(number: 3)
    static let traceStarts = ChunkID(number: 4)
    static let spanIDs = ChunkID(number: 5)
    static let parents = ChunkID(number: 6)
    static let externalParents = ChunkID(number: 7)
    static let startOffsets = ChunkID(number: 8)
    static let durations = ChunkID(number: 9)
    static let operations = ChunkID(number: 10)
    static let originIndexes = ChunkID(number: 11)
    static let arrivalIndexes = ChunkID(number: 12)
    static let traceFilter = ChunkID(number: 13)
    static let statistics = ChunkID(number: 14)
    static let rollup = ChunkID(number: 15)
    /// Behind all columns; a segment with as many columns as there can be has none.
    static let requests = ChunkID(number: 65_535)

    /// The values of a column; nil for a column that no segment can have.
    static func values(of column: Int) -> ChunkID? {
        guard (0..<columnsMax).contains(column) else { return nil }
        return ChunkID(number: UInt16(16 + column))
    }

    /// How many columns a segment can have at the most.
    static let columnsMax = 65_536 - 16

    /// The chunk in a sentence about its damage.
    func words(columns: [ColumnKey]) -> String {
        let name = name(columns: columns)
        return name.hasPrefix("column ") || name.hasPrefix("chunk ") ? name : "chunk " + name
    }

    /// What a person calls the chunk.
    func name(columns: [ColumnKey]) -> String {
        let names = [
            "tables", "origins", "trace ids", "trace span counts", "trace starts", "span ids", "parents",
            "external parents", "start offsets", "durations", "operations", "origin indexes",
            "arrival indexes", "trace filter", "statistics", "rollup",
        ]
        if Int(number) < names.count { return names[Int(number)] }
        if self == .requests, columns.count < Self.columnsMax { return "requests" }
        let column = Int(number) - 16
        guard columns.indices.contains(column) else { return "chunk \(number)" }
        return "column \(String(decoding: columns[column].name, as: UTF8.self))"
    }
}

/// A part of a segment as it is stored.
struct EncodedChunk: Sendable {
    var id: ChunkID
    var bytes: [UInt8]
}
