/// The tables and functions for SQL, registered with one connection.
///
/// All scans that are open at a time share one view of the file, a `SpanSource`: as long as a scan is open, its
/// statement is running and keeps the connection in one read transaction. When the last scan closes, everything
/// that was prepared and read is let go: nothing of ours keeps a host from closing its connection.
package final class TelemetryTables {
    let reference: ConnectionReference
    /// What damage to a part of the file does to a statement.
    let damagePolicy: DamagePolicy
    /// What `ns('now')` says, and the zone of times without one.
    let now: () -> UnixNanos
    let zone: TimeZoneRules
    private var source: SpanSource?
    private var scans = 0
    /// Notes of statements that have ended.
    private(set) var damages: [String] = []

    enum DamagePolicy {
        /// It ends the statement: the host has no other way to learn of it.
        case fails
        /// Its spans are left out and a note says so.
        case isNoted
    }

    /// The tables that exist besides those of the file, with their columns.
    package static var descriptions: [(name: String, meaning: String, columns: [SQLColumn])] {
        [("spans", "spans, those in the journal included", SpanColumn.columns)]
    }

    static var names: [String] { descriptions.map(\.name) }

    init(
        _ reference: ConnectionReference, damagePolicy: DamagePolicy, now: @escaping () -> UnixNanos,
        zone: TimeZoneRules = .utc
    ) {
        self.reference = reference
        self.damagePolicy = damagePolicy
        self.now = now
        self.zone = zone
    }

    /// Registers everything.
    /// - Throws: `SQLiteError` when SQLite refuses
    func register() throws(SQLiteError) {
        try reference.register(table: "spans") { SpansTable(self) }
        for function in TelemetryFunctions.functions(self) { try reference.register(function) }
        for aggregate in TelemetryFunctions.aggregates { try reference.register(aggregate) }
    }

    func beginScan() { scans += 1 }

    func endScan() {
        scans -= 1
        guard scans == 0 else { return }
        damages += source?.damages ?? []
        source = nil
    }

    /// What the open scans look at.
    func currentSource() throws(StoreError) -> SpanSource {
        if let source { return source }
        let source = try SpanSource(reference, damagePolicy)
        self.source = source
        return source
    }

    /// What the open scans look at; nil when there is none.
    var sourceOfOpenScans: SpanSource? { source }

    /// What was found to be damaged since the last call.
    func takeDamages() -> [String] {
        defer { damages = [] }
        return damages
    }
}
