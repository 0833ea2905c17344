import OTLPModel

extension FleetScan.Answer {
    /// The traces of some rows; nil where they cannot be read any more.
    func traceIDs(
        ofRows rows: [(segment: UInt32, row: UInt32)], _ reader: TelemetryReader
    ) throws(StoreError) -> [TraceID?] {
        try read(rows, reader) { (view, row) throws(StoreError) in
            try view.traceID(ofRow: row)
        }
    }

    /// The spans of some rows, with all that is stored. Of few: each is looked for from the begin of its segment on.
    func spans(
        ofRows rows: [(segment: UInt32, row: UInt32)], _ reader: TelemetryReader
    ) throws(StoreError) -> [StoredSpan?] {
        try read(rows, reader) { (view, row) throws(StoreError) in
            let materializer = try SpanMaterializer(view)
            var position = materializer.start
            materializer.advance(&position, to: row)
            return try materializer.span(trace: try view.traceID(ofRow: row), at: position)
        }
    }

    private func read<Value: Sendable>(
        _ rows: [(segment: UInt32, row: UInt32)], _ reader: TelemetryReader,
        _ value: @escaping @Sendable (SegmentView, _ row: Int) throws(StoreError) -> Value
    ) throws(StoreError) -> [Value?] {
        let bySegment = Dictionary(grouping: rows.indices) { rows[$0].segment }.sorted { $0.key < $1.key }
        let found = try ParallelScan.run(
            bySegment.map { segments[Int($0.key)] }, reader.source, makeState: { [(Int, Value)]() }
        ) { (found: inout [(Int, Value)], view, group) throws(StoreError) in
            for index in bySegment[group].value {
                found.append((index, try value(view, Int(rows[index].row))))
            }
        }
        reader.note(found.damages)
        var values = [Value?](repeating: nil, count: rows.count)
        for (index, value) in found.states.joined() { values[index] = value }
        return values
    }
}
