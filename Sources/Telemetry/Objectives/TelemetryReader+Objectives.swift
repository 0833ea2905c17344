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
            if var visibility = tally.visibility {
                let metrics = try NodeMetrics(
                    window, end: window.until, self, answer.names, &visibility.telemetry)
                let census = NodeCensus(answer.names, visibility.telemetry, metrics, end: window.until)
                let report = VisibilityReport(
                    visibility.versions, census, answer.names.modules,
                    index: try PublicationIndex.versions(self), period: Self.period(visibility.telemetry))
                tally.take(report.versions())
                notes = census.notes
            }
            return ObjectiveResult(
                evaluations: tally.meters.map(\.evaluation), quality: answer.quality,
                notes: notes + damageNotes())
        }
    }
}
