/// Times of publication that were imported, by module and version.
enum PublicationIndex {
    /// All of them; empty where none were imported. Within a snapshot of the reader.
    static func versions(_ reader: TelemetryReader) throws(StoreError) -> [ModuleName: UnixNanos] {
        do {
            guard try Schema.hasPublications(reader.connection) else { return [:] }
            let statement = try reader.connection.prepare(
                "SELECT module, version, published_at FROM publication")
            var found: [ModuleName: UnixNanos] = [:]
            while try statement.step() {
                let name = ModuleName(module: statement.text(0), version: statement.text(1))
                found[name] = UnixNanos(rawValue: statement.integer(2))
            }
            return found
        } catch {
            throw StoreError(error, path: reader.path)
        }
    }
}
