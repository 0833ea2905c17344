extension TelemetryReader {
    /// Whether objectives were kept.
    ///
    /// - Throws: `StoreError`
    package func objectives(_ query: ObjectiveQuery) throws(StoreError) -> ObjectiveResult {
        try snapshot { () throws(StoreError) in
            let question = FleetQuestion(window: query.window, filter: query.filter)
            let answer = try FleetScan.run(question, self) { _ in ObjectiveTally(query) }
            return try result(answer.aggregate, query, answer.names, answer.quality)
        }
    }

    /// What a look at the requests of a question's window found.
    /// - Throws: `StoreError`
    func result(
        _ found: ObjectiveTally, _ query: ObjectiveQuery, _ names: FleetNames, _ quality: FleetQuality
    ) throws(StoreError) -> ObjectiveResult {
        var tally = found
        tally.takeVersions()
        var notes: [QualityNote] = []
        if let visibility = tally.visibility {
            let found = try self.visibility(visibility, names)
            tally.take(found.versions)
            notes = found.notes
        }
        return ObjectiveResult(
            evaluations: tally.meters.map(\.evaluation), quality: quality, notes: notes + damageNotes())
    }
}
