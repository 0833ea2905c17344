extension ResultTable {
    /// What `traceq nodes` found, a row for each node.
    package static func nodes(
        _ result: FleetNodesResult, _ query: FleetNodesQuery, limit: Int
    ) -> ResultTable {
        let rows = Array(result.nodes.prefix(limit))
        let shared = SharedNames(result.nodes.lazy.map(\.node))
        return ResultTable(
            schema: "traceq.nodes/1", window: query.window,
            columns: nodeColumns(marksSlow: rows.contains(where: \.isSlow)), rowCount: rows.count,
            row: { nodeCells(rows[$0], result, shared) }, notes: fleetNotes(result, shown: rows.count),
            summary: nodeSummary(result, shown: rows.count))
    }

    /// The same, a row for each region.
    package static func regions(_ result: FleetNodesResult, _ query: FleetNodesQuery) -> ResultTable {
        let rows = result.regions
        return ResultTable(
            schema: "traceq.regions/1", window: query.window,
            columns: [
                ResultColumn(key: "region", title: "REGION", fit: .elastic), number("nodes", "NODES"),
                number("ok", "OK"), number("late", "LATE"), number("lost", "LOST"),
                number("skewed", "SKEWED", .spare(0)),
            ] + trafficColumns(), rowCount: rows.count,
            row: { index in
                let region = rows[index]
                let bad = [NodeState.late, .lost].map { state -> ResultCell in
                    countCell(region.states[state] ?? 0)
                }
                return [
                    region.region.map { .text($0) } ?? .missing, .integer(Int64(region.nodes)),
                    .integer(Int64(region.states[.ok] ?? 0)),
                ] + bad + [countCell(region.skewed)] + trafficCells(region.traffic, result)
            }, notes: fleetNotes(result, shown: result.nodes.count),
            summary: rows.isEmpty
                ? []
                : [
                    "\(HumanUnits.count(rows.count, "region")), \(HumanUnits.count(result.nodes.count, "node")), "
                        + "worst first"
                ])
    }

    private static func number(
        _ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed
    ) -> ResultColumn {
        ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
    }

    /// A number that should be 0.
    private static func countCell(_ count: Int) -> ResultCell { .failures(Int64(count)) }

    // MARK: Columns

    /// - Parameter marksSlow: whether a node is marked by what it takes itself, which is to be seen at every width
    private static func nodeColumns(marksSlow: Bool) -> [ResultColumn] {
        [
            ResultColumn(key: nil, title: "NODE", fit: .elastic), ResultColumn(key: "node", title: nil),
            ResultColumn(key: "node_source", title: nil),
            ResultColumn(key: "role", title: "ROLE", fit: .spare(3)),
            ResultColumn(key: "region", title: "REGION", fit: .spare(2)),
            ResultColumn(key: "software", title: "SOFTWARE", fit: .spare(1)),
            ResultColumn(key: "service", title: nil),
            ResultColumn(key: "service_version", title: "VERSION", fit: .spare(0)),
            ResultColumn(key: "state", title: "STATE"), ResultColumn(key: "last_seen", title: nil),
            number("silence_ms", "SILENT", .spare(5)), number("interval_ms", nil), number("spans", nil),
        ] + trafficColumns(marksSlow: marksSlow) + [
            number(nil, "SKEW", .lastSpare), number("skew_ms", nil), number("skew_error_ms", nil),
            ResultColumn(key: "skew_basis", title: nil),
        ]
    }

    private static func trafficColumns(marksSlow: Bool = false) -> [ResultColumn] {
        [
            number("requests", nil), number("rate", "REQ/S", .spare(6)), number("failures", nil),
            number("error_share", nil), number(nil, "ERROR %"), number("hits", nil), number("lookups", nil),
            number("hit_ratio", nil), number(nil, "HIT %"), number("p50_ms", "P50", .spare(4)),
            number("p95_ms", "P95"), number("own_p50_ms", nil),
            number(nil, "OWN P50", marksSlow ? .fixed : .spare(7)),
        ]
    }

    // MARK: Cells

    private static func nodeCells(
        _ row: NodeReport, _ result: FleetNodesResult, _ shared: SharedNames
    ) -> [ResultCell] {
        let node = row.node
        let cells: [ResultCell] = [
            .text(shared.label(node)), .text(node.identity.name),
            .identifier(node.identity.source.rawValue),
            node.role.map { .identifier($0.rawValue) } ?? .missing,
            node.region.map { .text($0) } ?? .missing,
            node.software.map { .identifier($0.rawValue) } ?? .missing, .text(node.service),
            node.serviceVersion.map { .text($0) } ?? .missing, stateCell(row.heartbeat?.state),
            row.heartbeat.map { .time($0.lastSeen) } ?? .missing,
            row.heartbeat.map { .duration($0.silenceNanos) } ?? .missing,
            row.heartbeat?.intervalNanos.map { .duration($0) } ?? .missing, .integer(Int64(row.spans)),
        ]
        return cells + trafficCells(row.traffic, result, isSlow: row.isSlow) + [
            skewCell(row.clock), row.clock.map { .duration($0.offsetNanos) } ?? .missing,
            row.clock.map { $0.basis == .pairs ? .duration($0.errorNanos) : .missing } ?? .missing,
            row.clock.map { .identifier($0.basis.rawValue) } ?? .missing,
        ]
    }

    private static func trafficCells(
        _ traffic: TrafficReport, _ result: FleetNodesResult, isSlow: Bool = false
    ) -> [ResultCell] {
        let errors = HumanUnits.percent(traffic.failures, of: traffic.judged)
        let hits = HumanUnits.percent(traffic.hits, of: traffic.lookups)
        return [
            .integer(Int64(traffic.requests)),
            .rate(Double(traffic.requests) / (Double(result.rateNanos) / 1_000_000_000)),
            .integer(Int64(traffic.failures)), traffic.errorShare.map { .decimal($0) } ?? .missing,
            traffic.errorShare == nil
                ? .missing : traffic.failures > 0 ? .alert(errors) : .identifier(errors),
            .integer(Int64(traffic.hits)), .integer(Int64(traffic.lookups)),
            traffic.hitRatio.map { .decimal($0) } ?? .missing,
            traffic.hitRatio == nil ? .missing : .identifier(hits),
            traffic.p50Nanos.map { .duration($0) } ?? .missing,
            traffic.p95Nanos.map { .duration($0) } ?? .missing,
            traffic.ownP50Nanos.map { .duration($0) } ?? .missing,
            traffic.ownP50Nanos.map { isSlow ? .alarm(HumanUnits.duration($0)) : .duration($0) } ?? .missing,
        ]
    }

    static func stateCell(_ state: NodeState?) -> ResultCell {
        switch state {
        case .ok: .identifier("ok")
        case .late: .alert("late")
        case .lost: .alert("lost")
        case nil: .missing
        }
    }

    /// `+1.700 s`, `-340 ms`; `≥ +1.69 s` where only arrivals show it.
    static func skewCell(_ clock: ClockReading?) -> ResultCell {
        guard let clock else { return .missing }
        return clock.isWorthWarning ? .alarm(skewWords(clock)) : .identifier(skewWords(clock))
    }

    static func skewWords(_ clock: ClockReading) -> String {
        let text = signed(clock.offsetNanos)
        return clock.basis == .arrival ? "≥ \(text)" : text
    }

    /// A difference with its sign, to the millisecond below ten seconds.
    static func signed(_ nanos: Int64) -> String {
        let sign = nanos < 0 ? "-" : "+"
        let milliseconds = Int64(
            clamping: nanos.magnitude / 1_000_000 + (nanos.magnitude % 1_000_000 >= 500_000 ? 1 : 0))
        if milliseconds == 0 { return "0 ms" }
        if milliseconds < 1_000 { return "\(sign)\(milliseconds) ms" }
        return sign + HumanUnits.duration(Int64(clamping: nanos.magnitude))
    }

    // MARK: Under the table

    /// Regions under the table; --by region shows all of them.
    private static let regionLinesMax = 6

    private static func nodeSummary(_ result: FleetNodesResult, shown: Int) -> [String] {
        guard !result.nodes.isEmpty else { return [] }
        var lines = [
            (shown < result.nodes.count ? "\(HumanUnits.count(Int64(shown))) of " : "")
                + HumanUnits.count(result.nodes.count, "node")
                + stateWords(result.nodes.compactMap(\.heartbeat?.state)) + "; worst first"
        ]
        guard result.regions.count > 1 else { return lines }
        for region in result.regions.prefix(regionLinesMax) {
            let states = region.states.flatMap { [NodeState](repeating: $0.key, count: $0.value) }
            let traffic = region.traffic
            let rate = Double(traffic.requests) / (Double(result.rateNanos) / 1_000_000_000)
            var words = [
                HumanUnits.count(region.nodes, "node") + stateWords(states),
                "\(HumanUnits.rate(rate)) requests/s",
            ]
            if traffic.judged > 0 {
                words.append("errors \(HumanUnits.percent(traffic.failures, of: traffic.judged))")
            }
            if traffic.lookups > 0 {
                words.append("hits \(HumanUnits.percent(traffic.hits, of: traffic.lookups))")
            }
            if let p95 = traffic.p95Nanos { words.append("p95 \(HumanUnits.duration(p95))") }
            lines.append(
                "\(DisplayText.escaped(region.region ?? "no region")): \(words.joined(separator: ", "))")
        }
        if result.regions.count > regionLinesMax {
            let more = HumanUnits.count(result.regions.count - regionLinesMax, "region")
            lines.append("\(more) more: --by region shows all")
        }
        return lines
    }

    /// ` (2 lost, 1 late)`; empty where all are heard of.
    private static func stateWords(_ states: [NodeState]) -> String {
        let words = [NodeState.lost, .late].compactMap { state -> String? in
            let count = states.count { $0 == state }
            return count > 0 ? "\(HumanUnits.count(Int64(count))) \(state.rawValue)" : nil
        }
        return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
    }

    private static func fleetNotes(_ result: FleetNodesResult, shown: Int) -> [QualityNote] {
        var notes = result.notes + result.quality.notes(isAboutCaches: true)
        let skewed = result.nodes.count { $0.clock?.isWorthWarning == true }
        if skewed > 0 {
            notes.append(
                QualityNote(
                    code: "skew",
                    message:
                        "\(HumanUnits.count(skewed, "clock")) off by more than 250 ms (!): traceq lag --only skew shows what "
                        + "tells it",
                    nodes: result.nodes.filter { $0.clock?.isWorthWarning == true }.map(\.node.identity.name))
            )
        }
        let slow = result.nodes.filter(\.isSlow).map(\.node.identity.name)
        if !slow.isEmpty {
            notes.append(
                QualityNote(
                    code: "slow_nodes",
                    message:
                        "slow by \(slow.count == 1 ? "itself" : "themselves"): \(slow.prefix(3).joined(separator: ", "))"
                        + (slow.count > 3 ? " and \(slow.count - 3) more" : "")
                        + "; for what they do themselves (OWN P50) they take three times as long as others of their role "
                        + "and software, or more", nodes: slow))
        }
        if shown < result.nodes.count {
            notes.append(
                QualityNote(
                    code: "limited",
                    message: "\(HumanUnits.count(result.nodes.count - shown, "node")) not shown: "
                        + "--limit \(result.nodes.count) shows all, --by region adds them up"))
        }
        return notes
    }
}
