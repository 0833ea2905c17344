import OTLPModel

/// Writes spans into an SQLite file of ordinary tables, to be read by any program that reads SQLite: `spans`,
/// `events`, `links` and `resources`.
package final class SQLiteExport {
    private let path: String
    private let connection: Connection
    private let insertSpan: Statement
    private let insertEvent: Statement
    private let insertLink: Statement
    private let insertResource: Statement
    private var resources: [ResourceKey: Int64] = [:]
    private var spans: Int64 = 0

    private struct ResourceKey: Hashable {
        var resource: Resource
        var schemaURL: String
    }

    private static let schema = """
        CREATE TABLE resources (
            id INTEGER PRIMARY KEY, service TEXT NOT NULL, schema_url TEXT NOT NULL, attributes TEXT NOT NULL
        ) STRICT;
        CREATE TABLE spans (
            id INTEGER PRIMARY KEY,
            \(SpanRecord.columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ")),
            resource_id INTEGER NOT NULL REFERENCES resources (id)
        ) STRICT;
        CREATE TABLE events (
            span INTEGER NOT NULL REFERENCES spans (id), number INTEGER NOT NULL, time_ns INTEGER NOT NULL,
            name TEXT NOT NULL, attributes TEXT NOT NULL, dropped_attributes_count INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE links (
            span INTEGER NOT NULL REFERENCES spans (id), number INTEGER NOT NULL, trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL, trace_state TEXT NOT NULL, attributes TEXT NOT NULL,
            dropped_attributes_count INTEGER NOT NULL, flags INTEGER NOT NULL
        ) STRICT;
        """

    /// Makes the tables in a file that exists and is empty.
    /// - Throws: `StoreError.target`
    package init(path: String) throws(StoreError) {
        self.path = path
        do {
            connection = try Connection(path: path, mode: .readWrite)
            // Nobody else sees the file before it is whole: it needs no journal and one sync, at the end.
            try connection.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN")
            try connection.execute(Self.schema)
            let places = (1...SpanRecord.columns.count + 2).map { "?\($0)" }.joined(separator: ", ")
            insertSpan = try connection.prepare("INSERT INTO spans VALUES (\(places))")
            insertEvent = try connection.prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            insertLink = try connection.prepare("INSERT INTO links VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            insertResource = try connection.prepare("INSERT INTO resources VALUES (?1, ?2, ?3, ?4)")
        } catch {
            throw Self.failure(error, path)
        }
    }

    /// - Throws: `StoreError.target`, as when the disk is full
    package func append(_ chunk: SpanChunk) throws(StoreError) {
        do {
            var known: [Int: Int64] = [:]
            for element in chunk.spans {
                let resource = try known[element.origin] ?? resource(of: element.stored)
                known[element.origin] = resource
                try append(element.stored, resource: resource)
            }
        } catch {
            throw Self.failure(error, path)
        }
    }

    private func append(_ stored: StoredSpan, resource: Int64) throws(SQLiteError) {
        spans += 1
        try insertSpan.bind(1, spans)
        var column: Int32 = 2
        for value in SpanRecord.values(stored) {
            try insertSpan.bind(column, value)
            column += 1
        }
        try insertSpan.bind(column, resource)
        try insertSpan.run()
        for (number, event) in stored.span.events.enumerated() {
            try insertEvent.bind(1, spans)
            try insertEvent.bind(2, Int64(number))
            try insertEvent.bind(3, Int64(clamping: event.timeUnixNano))
            try insertEvent.bind(4, event.name)
            try insertEvent.bind(5, JSONNode.plain(event.attributes).text)
            try insertEvent.bind(6, Int64(event.droppedAttributesCount))
            try insertEvent.run()
        }
        for (number, link) in stored.span.links.enumerated() {
            try insertLink.bind(1, spans)
            try insertLink.bind(2, Int64(number))
            try insertLink.bind(3, hexadecimal(link.traceID))
            try insertLink.bind(4, hexadecimal(link.spanID))
            try insertLink.bind(5, link.traceState)
            try insertLink.bind(6, JSONNode.plain(link.attributes).text)
            try insertLink.bind(7, Int64(link.droppedAttributesCount))
            try insertLink.bind(8, Int64(link.flags))
            try insertLink.run()
        }
    }

    private func resource(of stored: StoredSpan) throws(SQLiteError) -> Int64 {
        let key = ResourceKey(resource: stored.resource, schemaURL: stored.resourceSchemaURL)
        if let id = resources[key] { return id }
        let id = Int64(resources.count + 1)
        try insertResource.bind(1, id)
        try insertResource.bind(2, stored.service)
        try insertResource.bind(3, stored.resourceSchemaURL)
        try insertResource.bind(4, JSONNode.plain(stored.resource.attributes).text)
        try insertResource.run()
        resources[key] = id
        return id
    }

    /// Makes the indexes and writes the rest. The file is whole when it returns.
    /// - Throws: `StoreError.target`
    package func finish() throws(StoreError) {
        do {
            try connection.execute(
                """
                CREATE INDEX spans_by_trace ON spans (trace_id);
                CREATE INDEX events_by_span ON events (span);
                CREATE INDEX links_by_span ON links (span);
                COMMIT
                """)
        } catch {
            throw Self.failure(error, path)
        }
    }

    private static func failure(_ error: any Error, _ path: String) -> StoreError {
        let words = (error as? SQLiteError)?.message ?? "\(error)"
        return StoreError(.target, "cannot write \(path): \(words)")
    }
}
