extension ResultTable {
    /// What `traceq db info` tells: one row.
    package static func databaseInfo(_ info: DatabaseInfo) -> ResultTable {
        let cells: [ResultCell] = [
            .text(info.path),
            .bytes(info.sizeBytes),
            .integer(info.spans),
            .integer(info.points),
            .integer(Int64(info.segments)),
            .integer(Int64(info.journalRows)),
            info.minTime.map(ResultCell.time) ?? .missing,
            info.maxTime.map(ResultCell.time) ?? .missing,
            info.bytesPerSpan.map(ResultCell.decimal) ?? .missing,
            .integer(Int64(info.formatVersion)),
        ]
        return ResultTable(
            schema: "traceq.db_info/1",
            columns: [
                ResultColumn(key: "path", title: "Path"),
                ResultColumn(key: "size_bytes", title: "Size"),
                ResultColumn(key: "spans", title: "Spans"),
                ResultColumn(key: "points", title: "Points"),
                ResultColumn(key: "segments", title: "Segments"),
                ResultColumn(key: "journal_rows", title: "Journal rows"),
                ResultColumn(key: "min_time", title: "Oldest span"),
                ResultColumn(key: "max_time", title: "Newest span"),
                ResultColumn(key: "bytes_per_span", title: "Bytes a span"),
                ResultColumn(key: "format_version", title: "Format version"),
            ],
            rowCount: 1,
            row: { _ in cells },
            notes: info.notes,
            layout: .record)
    }
}
