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
                let spans = row.counts[.traces]
                let numbers = [
                    row.counts.requests, spans.stored, spans.known, spans.refused, row.counts.badRequests,
                ]
                return [.text(row.file), row.framing.map { .text($0.name) } ?? .missing]
                    + numbers.map { .integer(Int64($0)) }
            },
            notes: notes, summary: [summary])
    }

    private var notes: [QualityNote] {
        let counts = total
        var notes: [QualityNote] = []
        // The columns count spans; what else came is told here.
        for (signal, code) in [(Signal.metrics, "points"), (.logs, "log_records")]
        where counts[signal].all > 0 {
            let items = counts[signal]
            var message = "\(HumanUnits.count(items.stored, signal.item)) stored"
            if items.known > 0 { message += ", \(HumanUnits.count(Int64(items.known))) known already" }
            if items.refused > 0 { message += ", \(HumanUnits.count(Int64(items.refused))) refused" }
            notes.append(QualityNote(code: code, message: message))
        }
        if knownSpans > 0 {
            let spans = HumanUnits.count(knownSpans, Signal.traces.item)
            notes.append(
                QualityNote(
                    code: "known_spans",
                    message:
                        "\(spans) of these were in the database already, from other requests, and left out"))
        }
        return notes
    }

    private var summary: String {
        let seconds = max(0.001, Double(nanos) / 1e9)
        let counts = total
        let rate = Int64(Double(counts.all) / seconds)
        let items = counts.all == counts[.traces].all ? "spans" : "of them"
        return "\(counts.words(\.all)) read in \(HumanUnits.duration(nanos)) "
            + "(\(HumanUnits.count(rate)) \(items) a second)"
    }
}
