import OTLPModel

extension TelemetryReader {
    /// Everything that is called lag, of each node.
    /// - Throws: `StoreError`
    package func fleetLag(_ query: FleetLagQuery) throws(StoreError) -> FleetLagResult {
        try snapshot { () throws(StoreError) in
            let (window, end) = (query.window, query.end)
            let question = FleetQuestion(
                window: window, label: .attribute("http.response.header.content-encoding"),
                wantsStages: true)
            let answer = try FleetScan.run(question, self) { _ in LagTally(window: window, end: end) }
            var tally = answer.aggregate
            let metrics = try NodeMetrics(window, end: end, self, answer.names, &tally.telemetry)
            tally.configurations.merge(metrics.configurations)
            try addLogs(window, answer.names, &tally.telemetry)
            let census = NodeCensus(answer.names, tally.telemetry, metrics, end: end)
            let index = try PublicationIndex.versions(self)
            let versions = VisibilityReport(
                tally.versions, census, answer.names.modules, index: index,
                window: window, period: Self.period(tally.telemetry)
            ).versions()
            let report = LagReport(
                tally, census, versions: versions, modules: answer.names.modules, end: end,
                hasIndex: !index.isEmpty)
            let nodes = census.numbers.filter { query.filter.passes(census.node($0)) }.map(report.node)
            return FleetLagResult(
                nodes: nodes, visibility: versions.filter { query.filter.passes($0.node) },
                configurations: report.configurationCount, hasOthers: !census.numbers.isEmpty,
                quality: answer.quality,
                notes: try census.notes + report.notes(nodes) + VersionVisibility.notes(versions)
                    + futureNotes(query.window, now: query.now) + damageNotes())
        }
    }

    /// The part of a window of which something is stored: a version of before may have been asked for before.
    static func period(_ telemetry: NodeTelemetry) -> Range<Int64> {
        let first = max(
            telemetry.window.since.rawValue, telemetry.starts.first.map { Int64(clamping: $0) } ?? .max)
        return first..<max(first, telemetry.window.until.rawValue)
    }
}
