import OTLPModel

extension TelemetryReader {
    /// The nodes of the fleet, and how they do.
    /// - Throws: `StoreError`
    package func fleetNodes(_ query: FleetNodesQuery) throws(StoreError) -> FleetNodesResult {
        try snapshot { () throws(StoreError) in
            let (window, end) = (query.window, query.end)
            let filter = query.filter
            var question = FleetQuestion(window: window)
            question.labelsHosts = true
            let answer = try FleetScan.run(question, self) { names in
                NodeTraffic(window: window, end: end, filter, names)
            }
            var traffic = answer.aggregate
            let metrics = try NodeMetrics(window, end: end, self, answer.names, &traffic.telemetry)
            try addLogs(window, answer.names, &traffic.telemetry)
            let census = NodeCensus(answer.names, traffic.telemetry, metrics, end: end)
            let clocks = census.clocks
            var groups: [String?: [NodeReport]] = [:]
            let versions = answer.names.versions
            let hosts = traffic.hosts.main(nodeCount: answer.names.nodes.count)
            for number in census.numbers {
                var node = census.node(number)
                let latest = Int(traffic.counts(number).latestVersion.number)
                if latest > 0 { node.serviceVersion = versions[Int(number) - 1][latest - 1] }
                guard query.filter.passes(node) else { continue }
                var report = NodeReport(
                    node: node, heartbeat: census.heartbeat(number),
                    spans: traffic.telemetry.entry(number).spans,
                    traffic: TrafficReport(traffic.counts(number)),
                    clock: clocks.reading(number))
                report.host = hosts[Int(number)]
                groups[node.region, default: []].append(report)
            }
            let regions = groups.map { region, members in
                Self.region(region, members, traffic.counts(ofRegion: region))
            }
            var nodes = Array(groups.values.joined())
            NodeSlowness(nodes).mark(&nodes)
            return FleetNodesResult(
                nodes: nodes.sorted(by: NodeReport.isWorse), regions: regions.sorted(by: Self.isWorse),
                rateNanos: window.rateNanos(traffic.telemetry.starts),
                hasOthers: !census.numbers.isEmpty,
                quality: answer.quality,
                notes: try census.notes + traffic.telemetry.starts.notes(window, "span")
                    + futureNotes(window, now: query.now) + damageNotes())
        }
    }

    /// Spans that start well behind the time of asking are in no window that ends with it: the node that sent them would
    /// not be there, and nothing would say why.
    func futureNotes(_ window: TimeWindow, now: UnixNanos) throws(StoreError) -> [QualityNote] {
        let minute: Int64 = 60_000_000_000
        guard let newest = try catalogueTotals().maxStart, newest > now.advanced(byNanos: minute),
            newest >= window.until
        else { return [] }
        return [
            QualityNote(
                code: "future_spans",
                message:
                    "there are spans from \(newest.rfc3339), which is not yet: a clock is ahead, and what it tells is in "
                    + "no window that ends now; a later --until shows whose")
        ]
    }

    /// When log records of nodes arrived.
    func addLogs(
        _ window: TimeWindow, _ names: FleetNames, _ telemetry: inout NodeTelemetry
    ) throws(StoreError) {
        for segment in try segments(of: .logs, { $0.overlaps(window) }) {
            _ = try tolerating { () throws(StoreError) in
                let view = source.view(segment)
                let tables = try view.tables()
                let nodes = try SegmentExchanges.nodes(view, tables, names).numbers
                telemetry.addArrivals(nodes, try view.arrivalIndexes(), tables.arrivals)
            }
        }
    }

    private static func region(
        _ name: String?, _ members: [NodeReport], _ counts: NodeTraffic.Counts
    ) -> RegionReport {
        let states = members.compactMap(\.heartbeat?.state)
        return RegionReport(
            region: name, nodes: members.count,
            states: Dictionary(states.map { ($0, 1) }, uniquingKeysWith: +),
            traffic: TrafficReport(counts), skewed: members.count { $0.clock?.isWorthWarning == true })
    }

    private static func isWorse(_ left: RegionReport, _ right: RegionReport) -> Bool {
        func trouble(_ region: RegionReport) -> (Int, Int, Double, Double) {
            (
                region.states[.lost] ?? 0, region.states[.late] ?? 0, region.traffic.certainErrorShare,
                Double(region.traffic.p95Nanos ?? 0)
            )
        }
        let (ours, theirs) = (trouble(left), trouble(right))
        return ours == theirs ? (left.region ?? "") < (right.region ?? "") : ours > theirs
    }
}
