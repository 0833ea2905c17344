extension TelemetryReader {
    /// When nodes had the versions that were published in the window of a tally.
    ///
    /// - Throws: `StoreError`
    func visibility(
        _ tally: VisibilityTally, _ names: FleetNames
    ) throws(StoreError) -> (versions: [VersionVisibility], notes: [QualityNote]) {
        var telemetry = tally.telemetry
        let window = telemetry.window
        let metrics = try NodeMetrics(window, end: window.until, self, names, &telemetry)
        let census = NodeCensus(names, telemetry, metrics, end: window.until)
        let report = VisibilityReport(
            tally.versions, census, names.modules, index: try PublicationIndex.versions(self),
            window: window, period: Self.period(telemetry))
        let versions = report.versions()
        return (versions, census.notes + VersionVisibility.notes(versions))
    }
}
