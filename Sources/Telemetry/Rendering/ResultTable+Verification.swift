extension ResultTable {
    /// What `traceq db verify` found: a row for each damage.
    package static func verification(_ report: VerificationReport, zone: TimeZoneRules) -> ResultTable {
        let damages = report.damages
        return ResultTable(
            schema: "traceq.db_verify/1",
            columns: [
                ResultColumn(key: "kind", title: "KIND"),
                ResultColumn(key: nil, title: "PLACE"),
                ResultColumn(key: "segment", title: nil),
                ResultColumn(key: "chunk", title: nil),
                ResultColumn(key: "chunk_name", title: nil),
                ResultColumn(key: "journal_row", title: nil),
                ResultColumn(key: "row", title: nil),
                ResultColumn(key: "min_start", title: "FIRST START (\(zone.label))"),
                ResultColumn(key: "max_start", title: "LAST START"),
                ResultColumn(key: "spans", title: "SPANS", alignsRight: true),
                ResultColumn(key: "message", title: "DAMAGE", fit: .elastic),
            ],
            rowCount: damages.count,
            row: { cells(of: damages[$0]) },
            notes: notes(of: report),
            summary: [summary(of: report)])
    }

    private static func cells(of damage: DatabaseDamage) -> [ResultCell] {
        let place = damage.place
        return [
            .alert(damage.kind.rawValue),
            .text(place.text),
            place.segment.map(ResultCell.integer) ?? .missing,
            place.chunk.map { .integer(Int64($0)) } ?? .missing,
            place.chunkName.map(ResultCell.text) ?? .missing,
            place.journalRow.map(ResultCell.integer) ?? .missing,
            place.row.map(ResultCell.text) ?? .missing,
            damage.starts.map { .time($0.lowerBound) } ?? .missing,
            damage.starts.map { .time($0.upperBound) } ?? .missing,
            damage.spans.map { .integer(Int64($0)) } ?? .missing,
            .text(damage.message),
        ]
    }

    private static func summary(of report: VerificationReport) -> String {
        guard report.isDamaged else {
            return "no damage: all of the file was read, and it agrees with itself"
        }
        let count = report.damages.count + report.damagesUnlisted
        return
            "\(HumanUnits.count(count, "damage")); what is not named can be read, and queries leave the rest out"
    }

    private static func notes(of report: VerificationReport) -> [QualityNote] {
        var notes = [
            QualityNote(
                code: "verified",
                message: "read \(HumanUnits.count(report.segments, "segment")) with "
                    + "\(HumanUnits.count(report.chunks, "chunk")) and "
                    + "\(HumanUnits.count(report.segmentSpans, "span")), "
                    + "\(HumanUnits.count(report.journalRows, "journal row")) with "
                    + "\(HumanUnits.count(report.journalSpans, "span")), "
                    + "\(HumanUnits.count(report.receipts, "receipt")), "
                    + "\(HumanUnits.count(report.resources, "resource")) and "
                    + "\(HumanUnits.count(report.scopes, "scope")): \(HumanUnits.bytes(report.bytes))")
        ]
        if report.segmentPoints > 0 {
            notes[0].message +=
                ", \(HumanUnits.count(report.segmentPoints, "point")) of \(report.series) series among it"
        }
        if report.segmentLogRecords > 0 {
            notes[0].message += ", \(HumanUnits.count(report.segmentLogRecords, "log record")) among it"
        }
        if report.segmentsGone > 0 {
            notes.append(
                QualityNote(
                    code: "segments_gone",
                    message: "\(HumanUnits.count(report.segmentsGone, "segment")) went before the turn came: "
                        + "a collector merged or removed them meanwhile, which is no damage"))
        }
        if report.damagesUnlisted > 0 {
            notes.append(
                QualityNote(
                    code: "limited",
                    message: "\(HumanUnits.count(report.damagesUnlisted, "more damage")) not listed"))
        }
        return notes
    }
}
