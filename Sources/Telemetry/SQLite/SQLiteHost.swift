/// A program with an SQLite of its own that has loaded us as an extension.
package enum SQLiteHost {
    /// Makes the tables and functions for SQL known to a connection of the host.
    /// - Parameter handle: the host's connection, which stays the host's
    /// - Returns: why it cannot be done; nil when it was
    package static func register(_ handle: OpaquePointer) -> String? {
        let reference = unsafe ConnectionReference(handle)
        let path = reference.path
        do {
            try Schema.check(Connection(borrowing: reference), path: path)
        } catch {
            guard error.code == .notADatabase else { return error.message }
            let name = path.isEmpty ? "the open database" : path
            return
                "\(name) is no traceq database: open the file that traceq-collector writes, and load this then"
        }
        do {
            // The registered tables keep each other alive for as long as the connection is open.
            try TelemetryTables(reference, damagePolicy: .fails, now: { .now() }).register()
            return nil
        } catch {
            return "SQLite does not take traceq's tables: \(error.message)"
        }
    }
}
