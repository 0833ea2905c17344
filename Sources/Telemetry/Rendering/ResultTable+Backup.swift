extension ResultTable {
    /// What `traceq db backup` wrote: one row.
    package static func backup(_ outcome: DatabaseBackup.Outcome) -> ResultTable {
        ResultTable(
            schema: "traceq.db_backup/1",
            columns: [
                ResultColumn(key: "path", title: "Copy"),
                ResultColumn(key: "size_bytes", title: "Size"),
                ResultColumn(key: "spans", title: "Spans"),
                ResultColumn(key: "elapsed_ms", title: "Took"),
            ],
            rowCount: 1,
            row: { _ in
                [
                    .text(outcome.path), .bytes(outcome.sizeBytes), .integer(outcome.spans),
                    .duration(outcome.elapsedNanos),
                ]
            },
            layout: .record)
    }
}
