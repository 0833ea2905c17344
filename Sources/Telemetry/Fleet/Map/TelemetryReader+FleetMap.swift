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
                rateNanos: window.rateNanos(tally.starts), quality: answer.quality,
                notes: tally.starts.notes(window, "request") + damageNotes())
        }
    }
}
