extension TelemetryReader {
    /// Whether objectives were kept.
    ///
    /// - Throws: `StoreError`
    package func objectives(_ query: ObjectiveQuery) throws(StoreError) -> ObjectiveResult {
        try snapshot { () throws(StoreError) in
            let (objectives, window) = (query.list.objectives, query.window)
            let question = FleetQuestion(window: window, filter: query.filter)
            let answer = try FleetScan.run(question, self) { _ in
                ObjectiveTally(objectives, window: window)
            }
            var tally = answer.aggregate
            tally.takeVersions()
            var notes: [QualityNote] = []
            if let visibility = tally.visibility {
                let found = try self.visibility(visibility, answer.names)
                tally.take(found.versions)
                notes = found.notes
            }
            return ObjectiveResult(
                evaluations: tally.meters.map(\.evaluation), quality: answer.quality,
                notes: notes + damageNotes())
        }
    }
}
