extension TelemetryReader {
    /// When a version of a module was published; nil when no imported index says.
    ///
    /// - Throws: `StoreError`
    package func publicationTime(module: String, version: String) throws(StoreError) -> UnixNanos? {
        try publications(
            "WHERE module = ?1 AND version = ?2", [.text(module), .text(version)]
        ).first?.time
    }

    /// All that was published in a window, by time.
    ///
    /// - Throws: `StoreError`
    package func publications(in window: TimeWindow) throws(StoreError) -> [Publication] {
        try publications(
            "WHERE published_at >= ?1 AND published_at < ?2 ORDER BY published_at, module, version",
            [.integer(window.since.rawValue), .integer(window.until.rawValue)])
    }

    private func publications(_ rest: String, _ values: [SQLValue]) throws(StoreError) -> [Publication] {
        try snapshot { () throws(StoreError) in
            do {
                guard try Schema.hasPublications(connection) else { return [] }
                let statement = try connection.prepare(
                    "SELECT module, version, published_at FROM publication " + rest)
                for (index, value) in values.enumerated() { try statement.bind(Int32(index + 1), value) }
                var found: [Publication] = []
                while try statement.step() {
                    found.append(
                        Publication(
                            module: statement.text(0), version: statement.text(1),
                            time: UnixNanos(rawValue: statement.integer(2))))
                }
                return found
            } catch {
                throw StoreError(any: error, path: path)
            }
        }
    }
}
