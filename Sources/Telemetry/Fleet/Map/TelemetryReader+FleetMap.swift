extension TelemetryReader {
    /// Who asks whom in the fleet.
    /// - Throws: `StoreError`
    package func fleetMap(_ query: FleetMapQuery) throws(StoreError) -> FleetMapResult {
        try snapshot { () throws(StoreError) in
            let window = query.window
            let question = FleetQuestion(window: window, filter: query.filter, wantsStages: true)
            let answer = try FleetScan.run(question, self) { LinkTally($0, window: window) }
            let tally = answer.aggregate
            return FleetMapResult(
                rows: MapTree(tally, FleetNameTables(answer.names), query).rows(),
                rateNanos: window.rateNanos(first: tally.firstStart, last: tally.lastStart),
                quality: answer.quality, notes: damageNotes())
        }
    }
}

extension TimeWindow {
    /// The time that rates are per, in nanoseconds: the window, or where it is open what starts in it.
    func rateNanos(first: UInt64?, last: UInt64?) -> Int64 {
        let start = since == .distantPast ? first.map { UnixNanos(clamping: $0) } ?? since : since
        let end = until == .distantFuture ? last.map { UnixNanos(clamping: $0) } ?? until : until
        let (nanos, overflow) = end.rawValue.subtractingReportingOverflow(start.rawValue)
        return overflow ? .max : max(nanos, 1)
    }
}
