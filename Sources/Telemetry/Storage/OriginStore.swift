import OTLPModel

/// The tables `resource` and `scope`: each distinct one is stored once, in canonical bytes, with what a
/// person wants to read of it beside them.
enum OriginStore {
    /// The rows of resources, made where there are none yet.
    /// - Parameter table: canonical `ResourceSpans` bytes without spans
    static func ids(
        ofResources table: StringTable, _ connection: borrowing Connection
    ) throws(SQLiteError) -> [Int64] {
        let find = try connection.prepare("SELECT id FROM resource WHERE hash = ?1 AND otlp = ?2")
        let insert = try connection.prepare(
            "INSERT INTO resource (hash, service, node, node_source, otlp) VALUES (?1, ?2, ?3, ?4, ?5)")
        var ids: [Int64] = []
        for entry in 0..<table.count {
            let bytes = Array(table[entry])
            if let known = try id(of: bytes, find) {
                ids.append(known)
                continue
            }
            let resource = ResourceSpans(canonicalBytes: bytes)?.resource ?? Resource()
            let node = NodeIdentity(resource: resource, peerAddress: "")
            try insert.bind(1, Int64(bitPattern: checksum(bytes.span)))
            try insert.bind(
                2, ResolvedOrigin(resource: ResourceSpans(resource: resource), scope: nil).service)
            if node.source != .peerAddress {
                try insert.bind(3, node.name)
                try insert.bind(4, node.source.rawValue)
            }
            try insert.bind(5, bytes)
            try insert.run()
            ids.append(connection.lastInsertedID)
        }
        return ids
    }

    /// The rows of scopes, made where there are none yet.
    /// - Parameter table: canonical `ScopeSpans` bytes without spans
    static func ids(
        ofScopes table: StringTable, _ connection: borrowing Connection
    ) throws(SQLiteError) -> [Int64] {
        let find = try connection.prepare("SELECT id FROM scope WHERE hash = ?1 AND otlp = ?2")
        let insert = try connection.prepare(
            "INSERT INTO scope (hash, name, version, otlp) VALUES (?1, ?2, ?3, ?4)")
        var ids: [Int64] = []
        for entry in 0..<table.count {
            let bytes = Array(table[entry])
            if let known = try id(of: bytes, find) {
                ids.append(known)
                continue
            }
            let scope = ScopeSpans(canonicalBytes: bytes)?.scope ?? InstrumentationScope()
            try insert.bind(1, Int64(bitPattern: checksum(bytes.span)))
            try insert.bind(2, scope.name)
            try insert.bind(3, scope.version)
            try insert.bind(4, bytes)
            try insert.run()
            ids.append(connection.lastInsertedID)
        }
        return ids
    }

    private static func id(of bytes: [UInt8], _ find: borrowing Statement) throws(SQLiteError) -> Int64? {
        defer { find.reset() }
        try find.bind(1, Int64(bitPattern: checksum(bytes.span)))
        try find.bind(2, bytes)
        return try find.step() ? find.integer(0) : nil
    }
}
