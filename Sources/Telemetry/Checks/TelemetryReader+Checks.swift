extension TelemetryReader {
    /// Who breaks rules. Spans, log records and points are each read once, whatever the number of rules.
    ///
    /// - Throws: `StoreError`
    package func check(_ query: CheckQuery) throws(StoreError) -> CheckResult {
        try snapshot { () throws(StoreError) in
            var tally = CheckTally()
            for (signal, isMeant) in Self.signals
            where query.rules.contains(where: isMeant) {
                let segments = try self.segments(of: signal) { $0.overlaps(query.window) }
                let outcome = try ParallelScan.run(segments, source, makeState: { CheckTally() }) {
                    (partial: inout CheckTally, view, _) throws(StoreError) in
                    try SegmentCheck(query, view).add(isMeant, to: &partial)
                    try partial.check(query)
                }
                note(outcome.damages)
                for state in outcome.states {
                    tally.merge(state)
                    try tally.check(query)
                }
            }
            let points = PointCheck(query)
            if !points.isIdle {
                let reader = PointReader(self)
                for part in try reader.parts(query.window) {
                    _ = try tolerating { () throws(StoreError) in
                        try points.add(try reader.open(part), to: &tally)
                    }
                    try tally.check(query)
                }
            }
            return tally.result(query, notes: damageNotes())
        }
    }

    private static let signals: [(Signal, @Sendable (CheckRule) -> Bool)] = [
        (.traces, { $0.looksAtSpans }), (.logs, { $0.looksAtLogs }),
    ]
}
