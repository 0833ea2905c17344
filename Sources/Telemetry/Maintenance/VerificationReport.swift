/// What was read while a database was verified, and what of it is damaged.
package struct VerificationReport: Sendable {
    /// More damages than this are counted and not listed: a file that is not ours at all would fill memory.
    package static let damagesMax = 10_000

    package var path: String
    package var segments = 0
    package var chunks = 0
    /// Spans in the segments.
    package var segmentSpans = 0
    /// Points in the segments.
    package var segmentPoints = 0
    package var series = 0
    /// Log records in the segments.
    package var segmentLogRecords = 0
    package var journalRows = 0
    package var journalSpans = 0
    package var receipts = 0
    package var resources = 0
    package var scopes = 0
    /// Bytes of chunks and journal rows.
    package var bytes: Int64 = 0
    /// Segments that a collector replaced or removed before their turn came.
    package var segmentsGone = 0
    package private(set) var damages: [DatabaseDamage] = []
    /// Damages past `damagesMax`.
    package private(set) var damagesUnlisted = 0

    package init(path: String) { self.path = path }

    package var isDamaged: Bool { !damages.isEmpty }

    mutating func add(_ found: [DatabaseDamage]) {
        let room = max(0, Self.damagesMax - damages.count)
        damages += found.prefix(room)
        damagesUnlisted += max(0, found.count - room)
    }

    mutating func add(_ found: DatabaseDamage) { add([found]) }
}
