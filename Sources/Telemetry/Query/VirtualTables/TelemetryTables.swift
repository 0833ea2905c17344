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
    let limits: SQLLimits
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
        [
            ("spans", "spans, those in the journal included", RowTable.spans.sqlColumns),
            ("logs", "log records, those in the journal included", RowTable.logs.sqlColumns),
            ("events", "what happened during spans", PartsTable.events.columns),
            ("links", "what spans refer to", PartsTable.links.columns),
            ("points", "points of metrics, those in the journal included", PointColumn.columns),
            ("resources", "who sent spans, points and log records", SpanSource.resourceColumns),
            ("segments", "the parts of the file, and the journal", SpanSource.segmentColumns),
            (
                "rollup_minute", "spans added up by minute, service, node, name and outcome",
                RollupRows.description.columns
            ),
        ]
    }

    static var names: [String] { descriptions.map(\.name) }

    init(
        _ reference: ConnectionReference, damagePolicy: DamagePolicy, now: @escaping () -> UnixNanos,
        zone: TimeZoneRules = .utc, limits: SQLLimits = SQLLimits()
    ) {
        self.reference = reference
        self.damagePolicy = damagePolicy
        self.now = now
        self.zone = zone
        self.limits = limits
    }

    /// Registers everything.
    /// - Throws: `SQLiteError` when SQLite refuses
    func register() throws(SQLiteError) {
        try reference.register(table: "spans") { SpansTable(self, .spans) }
        try reference.register(table: "logs") { SpansTable(self, .logs) }
        try reference.register(table: "events") { PartsTable(self, PartsTable.events) }
        try reference.register(table: "links") { PartsTable(self, PartsTable.links) }
        try reference.register(table: "points") { PointsTable(self) }
        try reference.register(table: "rollup_minute") { PartsTable(self, RollupRows.description) }
        try reference.register(table: "resources") {
            ListTable(self, SpanSource.resourceColumns) { (source) throws(StoreError) in
                try source.resourceRows()
            }
        }
        try reference.register(table: "segments") {
            ListTable(self, SpanSource.segmentColumns) { (source) throws(StoreError) in
                try source.segmentRows()
            }
        }
        for function in TelemetryFunctions.functions(self) { try reference.register(function) }
        for aggregate in TelemetryFunctions.aggregates(limits) { try reference.register(aggregate) }
    }

    func beginScan() { scans += 1 }

    func endScan() {
        scans -= 1
        guard scans == 0 else { return }
        damages += source?.damages ?? []
        source = nil
    }

    /// Takes up what a scan found to be damaged.
    func note(_ damages: [String]) {
        for damage in damages where !self.damages.contains(damage) { self.damages.append(damage) }
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
