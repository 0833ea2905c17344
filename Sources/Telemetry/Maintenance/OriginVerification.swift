import OTLPModel

/// Checks the tables `resource` and `scope`, and remembers which rows there are.
struct OriginVerification {
    private(set) var resources: Set<Int64> = []
    private(set) var scopes: Set<Int64> = []
    // Ids only grow: what is new comes after these.
    private var lastResource = Int64.min
    private var lastScope = Int64.min
    private(set) var damages: [DatabaseDamage] = []

    /// Reads the rows that it does not know yet.
    /// - Throws: `SQLiteError`
    mutating func readNew(_ connection: borrowing Connection) throws(SQLiteError) {
        let newResources = try read("resource", after: lastResource, connection) {
            ResourceSpans(canonicalBytes: $0) != nil
        }
        let newScopes = try read("scope", after: lastScope, connection) {
            ScopeSpans(canonicalBytes: $0) != nil
        }
        resources.formUnion(newResources)
        scopes.formUnion(newScopes)
        lastResource = newResources.last ?? lastResource
        lastScope = newScopes.last ?? lastScope
    }

    private mutating func read(
        _ table: String, after last: Int64, _ connection: borrowing Connection,
        isReadable: ([UInt8]) -> Bool
    ) throws(SQLiteError) -> [Int64] {
        var found: [Int64] = []
        let statement = try connection.prepare(
            "SELECT id, hash, otlp FROM \(table) WHERE id > ?1 ORDER BY id")
        try statement.bind(1, last)
        while try statement.step() {
            let id = statement.integer(0)
            found.append(id)
            let bytes = statement.blob(2)
            if UInt64(bitPattern: statement.integer(1)) != checksum(bytes.span) {
                add(.checksum, table, id, "does not match its checksum")
            } else if !isReadable(bytes) {
                add(.content, table, id, "is not the \(table) of an OTLP message")
            }
        }
        return found
    }

    private mutating func add(_ kind: DatabaseDamage.Kind, _ table: String, _ id: Int64, _ message: String) {
        damages.append(
            DatabaseDamage(
                kind: kind, place: DatabaseDamage.Place(row: "\(table) \(id)"), starts: nil, spans: nil,
                message: message))
    }

    /// What a segment's origins refer to and is not there.
    func unresolved(_ origins: [(resource: Int64, scope: Int64)], of segment: StoredSegment)
        -> [DatabaseDamage]
    {
        let lostResources = Set(origins.map(\.resource)).subtracting(resources)
        let lostScopes = Set(origins.map(\.scope)).subtracting(scopes)
        let lost = lostResources.sorted().map { "resource \($0)" } + lostScopes.sorted().map { "scope \($0)" }
        return lost.map { name in
            DatabaseDamage(
                kind: .reference,
                place: DatabaseDamage.Place(
                    segment: segment.id, chunk: ChunkID.origins.number,
                    chunkName: ChunkID.origins.name(columns: [])),
                starts: segment.minStart <= segment.maxStart ? segment.minStart...segment.maxStart : nil,
                spans: Int(clamping: segment.spans), message: "refers to \(name), which is not there")
        }
    }
}
