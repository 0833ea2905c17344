extension ResultTable {
    /// What `traceq db merge` did: one row.
    package static func merging(_ result: SegmentMerging.Progress, path: String) -> ResultTable {
        let notes = result.damages.map {
            QualityNote(code: "damaged_chunk", message: "\($0); it was left as it is")
        }
        return ResultTable(
            schema: "traceq.db_merge/1",
            columns: [
                ResultColumn(key: "path", title: "Path"),
                ResultColumn(key: "segments_before", title: "Segments before"),
                ResultColumn(key: "segments_now", title: "Segments now"),
                ResultColumn(key: "spans_written", title: "Spans written"),
                ResultColumn(key: "duplicates", title: "Duplicates dropped"),
                ResultColumn(key: "size_bytes", title: "Size"),
            ],
            rowCount: 1,
            row: { _ in
                [
                    .text(path), .integer(Int64(result.segmentsBefore)), .integer(Int64(result.segmentsNow)),
                    .integer(Int64(result.spansMerged)), .integer(Int64(result.duplicates)),
                    .bytes(FileStatus.size(path)),
                ]
            },
            notes: notes,
            summary: result.spansMerged == 0
                ? ["there was nothing to merge: the segments are as large as merging makes them"] : [],
            layout: .record)
    }
}
