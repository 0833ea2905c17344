import NIOConcurrencyHelpers
import OTLPModel

/// Reads what segments are made of, for any thread.
final class SegmentSource: Sendable {
    private struct KnownOrigins {
        var resources: [Int64: ResourceSpans?] = [:]
        var scopes: [Int64: ScopeSpans?] = [:]
        var origins: [SegmentOriginReference: ResolvedOrigin] = [:]
        /// What of these is damaged or missing.
        var damages: [String] = []
    }

    private static let chunk = 0
    private static let resource = 1
    private static let scope = 2

    private let path: String
    /// How many threads a scan may take.
    let workersMax: Int
    private let statements: SharedStatements
    private let known = NIOLockedValueBox(KnownOrigins())

    init(
        _ connection: borrowing Connection, path: String, workersMax: Int = .max
    ) throws(SQLiteError) {
        self.path = path
        self.workersMax = workersMax
        statements = try SharedStatements(
            connection,
            [
                "SELECT checksum, data FROM chunk WHERE id = ?1",
                "SELECT id, otlp FROM resource WHERE id = ?1",
                "SELECT id, otlp FROM scope WHERE id = ?1",
            ])
    }

    /// The spans that a reference names.
    /// - Parameter decompressor: what other views of the same thread may use, too
    func view(
        _ segment: SegmentReference, _ decompressor: SharedDecompressor = SharedDecompressor()
    ) -> SegmentView {
        if let columns = segment.columns { return SegmentView(columns) }
        let id = segment.segmentID ?? 0
        return SegmentView(
            segmentID: id, format: segment.format ?? 1, summary: segment.summary, decompressor,
            load: { [self] (chunk, columns) throws(StoreError) in
                do throws(StoreError) {
                    return try self.chunk(chunk, of: id, columns: columns)
                } catch {
                    guard error.code == .damaged else { throw error }
                    throw StoreError(.damaged, error.message + segment.summary.rangeWords)
                }
            },
            resolve: { [self] (origin) throws(StoreError) in try self.origin(origin) })
    }

    /// A chunk whose bytes agree with their checksum; nil when there is none.
    /// - Parameter columns: those of the segment, for words about damage
    func chunk(
        _ chunk: ChunkID, of segment: Int64, columns: [ColumnKey] = []
    ) throws(StoreError) -> [UInt8]? {
        let key = Schema.chunkKey(segment: segment, chunk)
        let stored: (integer: Int64, blob: [UInt8])?
        do {
            stored = try statements.row(Self.chunk, key)
        } catch {
            throw StoreError(error, path: path, reading: chunk, of: segment, columns: columns)
        }
        guard let (expected, bytes) = stored else { return nil }
        guard checksum(bytes.span) == UInt64(bitPattern: expected) else {
            throw StoreError(
                .damaged, "segment \(segment): \(chunk.words(columns: columns)) does not match its checksum")
        }
        return bytes
    }

    func origin(_ reference: SegmentOriginReference) throws(StoreError) -> ResolvedOrigin {
        if let origin = known.withLockedValue({ $0.origins[reference] }) { return origin }
        let (resource, scope) = known.withLockedValue {
            ($0.resources[reference.resource], $0.scopes[reference.scope])
        }
        let resolved = ResolvedOrigin(
            resource: try readResource(reference.resource, known: resource),
            scope: try readScope(reference.scope, known: scope))
        known.withLockedValue { $0.origins[reference] = resolved }
        return resolved
    }

    /// Rows of resources and scopes that were asked for and cannot be read.
    var damagedOrigins: [String] { known.withLockedValue(\.damages) }

    private func readResource(_ id: Int64, known resource: ResourceSpans??) throws(StoreError)
        -> ResourceSpans?
    {
        if let resource { return resource }
        let resource = try row(Self.resource, id).flatMap { ResourceSpans(canonicalBytes: $0.blob) }
        note("resource", id, \.resources, resource)
        return resource
    }

    private func readScope(_ id: Int64, known scope: ScopeSpans??) throws(StoreError) -> ScopeSpans? {
        if let scope { return scope }
        let scope = try row(Self.scope, id).flatMap { ScopeSpans(canonicalBytes: $0.blob) }
        note("scope", id, \.scopes, scope)
        return scope
    }

    private func note<Row>(
        _ table: String, _ id: Int64, _ rows: WritableKeyPath<KnownOrigins, [Int64: Row?]>, _ row: Row?
    ) {
        known.withLockedValue { known in
            // Two threads may have read it.
            guard known[keyPath: rows].updateValue(row, forKey: id) == nil, row == nil else { return }
            known.damages.append("row \(id) of the table \(table) is damaged or missing")
        }
    }

    private func row(
        _ statement: Int, _ key: Int64
    ) throws(StoreError) -> (integer: Int64, blob: [UInt8])? {
        do {
            return try statements.row(statement, key)
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
