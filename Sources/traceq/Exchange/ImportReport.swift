import Telemetry

/// What an import did, file by file.
struct ImportReport {
    struct Row {
        var file: String
        /// Nil for a file that could not be read at all.
        var framing: RecordFraming?
        var counts: ImportCounts
    }

    var rows: [Row]
    var nanos: Int64
    /// Spans of new requests that turned out to be there already.
    var knownSpans = 0

    var total: ImportCounts { rows.reduce(into: ImportCounts()) { $0 += $1.counts } }

    var table: ResultTable {
        let rows = rows
        return ResultTable(
            schema: "traceq.import/1",
            columns: [
                ResultColumn(key: "file", title: "FILE", fit: .elastic),
                ResultColumn(key: "format", title: "FORMAT", fit: .movable),
                ResultColumn(key: "requests", title: "REQUESTS", alignsRight: true),
                ResultColumn(key: "stored_spans", title: "STORED", alignsRight: true),
                ResultColumn(key: "known_spans", title: "KNOWN", alignsRight: true),
                ResultColumn(key: "refused_spans", title: "REFUSED", alignsRight: true),
                ResultColumn(key: "bad_requests", title: "BAD", alignsRight: true),
            ],
            rowCount: rows.count,
            row: { index in
                let row = rows[index]
                let numbers = [
                    row.counts.requests, row.counts.stored, row.counts.known, row.counts.refused,
                    row.counts.badRequests,
                ]
                return [.text(row.file), row.framing.map { .text($0.name) } ?? .missing]
                    + numbers.map { .integer(Int64($0)) }
            },
            notes: notes, summary: [summary])
    }

    private var notes: [QualityNote] {
        var notes: [QualityNote] = []
        if knownSpans > 0 {
            let spans = HumanUnits.count(knownSpans, "span")
            notes.append(
                QualityNote(
                    code: "known_spans",
                    message:
                        "\(spans) of these were in the database already, from other requests, and left out"))
        }
        let counts = total
        if counts.logRecords + counts.knownLogRecords > 0 {
            let known = counts.knownLogRecords
            notes.append(
                QualityNote(
                    code: "log_records",
                    message: "\(HumanUnits.count(counts.logRecords, "log record")) stored"
                        + (known > 0 ? ", \(HumanUnits.count(Int64(known))) known already" : "")))
        }
        return notes
    }

    private var summary: String {
        let seconds = max(0.001, Double(nanos) / 1e9)
        let rate = Int64(Double(total.spans) / seconds)
        return "\(HumanUnits.count(total.spans, "span")) read in \(HumanUnits.duration(nanos)) "
            + "(\(HumanUnits.count(rate)) spans a second)"
    }
}
