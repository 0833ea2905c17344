extension ResultTable {
    /// What `traceq lag` found.
    /// - Parameter only: the one measure that is asked for; nil for all
    package static func lag(
        _ result: FleetLagResult, _ query: FleetLagQuery, only: LagMeasure?, limit: Int, zone: TimeZoneRules
    ) -> ResultTable {
        if only == .visibility { return visibility(result, query, limit: limit, zone: zone) }
        let nodes = result.worst(only)
        let rows = Array(nodes.prefix(limit))
        let columns = LagColumn.all(result, only: only, zone: zone)
        return ResultTable(
            schema: "traceq.lag/1", window: query.window, columns: columns.map(\.column),
            rowCount: rows.count,
            row: { index in columns.map { $0.cell(rows[index]) } },
            notes: lagNotes(result, only: only, hidden: nodes.count - rows.count, noun: "node"),
            summary: lagSummary(result, nodes, shown: rows.count, only: only))
    }

    private static func lagSummary(
        _ result: FleetLagResult, _ nodes: [NodeLag], shown: Int, only: LagMeasure?
    ) -> [String] {
        guard !nodes.isEmpty else {
            guard let only, !result.nodes.isEmpty else { return [] }
            return ["no node tells of \(only.rawValue): \(only.whyUnknown)"]
        }
        let measures = only.map { [$0] } ?? LagMeasure.allCases
        let alarms = measures.compactMap { measure -> String? in
            let bad = nodes.count { ($0.alarm(measure)?.level ?? .fine) != .fine }
            return bad > 0 ? "\(measure.rawValue) \(HumanUnits.count(Int64(bad)))" : nil
        }
        let count =
            (shown < nodes.count ? "\(HumanUnits.count(Int64(shown))) of " : "")
            + HumanUnits.count(nodes.count, "node")
        var lines = [
            "\(count), worst first; "
                + (alarms.isEmpty
                    ? "all within their limits"
                    : "beyond their limits (!): \(alarms.joined(separator: ", "))")
        ]
        if result.configurations > 1, only == nil || only == .config {
            lines.append("nodes run \(HumanUnits.count(result.configurations, "configuration"))")
        }
        return lines
    }

    private static func lagNotes(
        _ result: FleetLagResult, only: LagMeasure?, hidden: Int, noun: String
    ) -> [QualityNote] {
        var notes = result.notes + result.quality.notes()
        let unknown = LagMeasure.allCases.filter { !result.says($0) }
        if only == nil, !unknown.isEmpty, !result.nodes.isEmpty {
            notes.append(
                QualityNote(
                    code: "not_measured",
                    message: "left out: "
                        + unknown.map { "\($0.rawValue) (\($0.whyUnknown))" }.joined(separator: "; ")))
        }
        if hidden > 0 {
            notes.append(
                QualityNote(
                    code: "limited",
                    message: "\(HumanUnits.count(hidden, noun)) not shown: a higher --limit shows more"))
        }
        return notes
    }

    // MARK: Visibility

    /// One row for each version at each node.
    private static func visibility(
        _ result: FleetLagResult, _ query: FleetLagQuery, limit: Int, zone: TimeZoneRules
    ) -> ResultTable {
        let rows = Array(result.visibility.prefix(limit))
        let shared = SharedNames(result.nodes.lazy.map(\.node))
        let confirmed = result.visibility.count { $0.isConfirmed }
        let missing = result.visibility.count { $0.upperNanos == nil }
        var summary = [
            "\(HumanUnits.count(result.visibility.count, "version")) at nodes, worst first: "
                + "\(HumanUnits.count(Int64(confirmed))) confirmed, \(HumanUnits.count(Int64(missing))) still missing; "
                + "\"≤\" was there when it was first asked for"
        ]
        if rows.isEmpty {
            summary =
                result.nodes.isEmpty
                ? [] : ["no node tells of visibility: \(LagMeasure.visibility.whyUnknown)"]
        }
        func number(_ key: String?, _ title: String?) -> ResultColumn {
            ResultColumn(key: key, title: title, alignsRight: true)
        }
        return ResultTable(
            schema: "traceq.lag_visibility/1", window: query.window,
            columns: [
                number(nil, "VISIBLE AFTER"), number("after_ms", nil), number("upto_ms", nil),
                ResultColumn(key: "confirmed", title: nil),
                ResultColumn(key: nil, title: "NODE", fit: .elastic), ResultColumn(key: "node", title: nil),
                ResultColumn(key: "role", title: "ROLE", fit: .spare(1)),
                ResultColumn(key: "region", title: "REGION", fit: .spare(0)),
                ResultColumn(key: "module", title: "MODULE", fit: .elastic),
                ResultColumn(key: "version", title: "VERSION", fit: .elastic),
                ResultColumn(key: "published", title: "PUBLISHED (\(zone.label))", fit: .spare(2)),
                ResultColumn(key: "published_source", title: "BY", fit: .spare(3)),
            ], rowCount: rows.count,
            row: { index in
                let row = rows[index]
                let text = row.words
                return [
                    row.alarm.level == .fine ? .identifier(text) : .alarm(text),
                    row.lowerNanos.map { .duration($0) } ?? .missing,
                    row.upperNanos.map { .duration($0) } ?? .missing, .structured(.bool(row.isConfirmed)),
                    .text(shared.label(row.node)), .text(row.node.identity.name),
                    row.node.role.map { .identifier($0.rawValue) } ?? .missing,
                    row.node.region.map { .text($0) } ?? .missing, .text(row.module.module),
                    row.module.version.map { .text($0) } ?? .missing, .time(row.published.time),
                    .identifier(row.published.source.rawValue),
                ]
            },
            notes: lagNotes(
                result, only: .visibility, hidden: result.visibility.count - rows.count, noun: "version"),
            summary: summary)
    }
}

extension VersionVisibility {
    /// `41.23 s–54.98 s`, `> 41.23 s` while it is missing, `≤ 54.98 s` where it was never refused.
    ///
    /// Where nobody says when it was published, a lag counts from its first success anywhere: `≥ 41.23 s`.
    var words: String {
        if published.source == .firstSeen, let lowerNanos, upperNanos != nil {
            return "≥ \(HumanUnits.duration(lowerNanos))"
        }
        return Self.words(lowerNanos, upperNanos)
    }

    fileprivate static func words(_ lowerNanos: Int64?, _ upperNanos: Int64?) -> String {
        switch (lowerNanos, upperNanos) {
        case (let lower?, let upper?): "\(HumanUnits.duration(lower))–\(HumanUnits.duration(upper))"
        case (let lower?, nil): "> \(HumanUnits.duration(lower))"
        case (nil, let upper?): "≤ \(HumanUnits.duration(upper))"
        case (nil, nil): "-"
        }
    }
}

extension VisibilityMedian {
    /// The same of a median.
    var words: String { VersionVisibility.words(lowerNanos > 0 ? lowerNanos : nil, upperNanos) }
}

extension LagMeasure {
    /// What would have to be stored for it.
    var whyUnknown: String {
        switch self {
        case .arrival, .heartbeat: "nothing of the window arrived at a collector in time"
        case .skew: "no request is told of by two nodes, and no span came before it had ended"
        case .edge: "no request is told of by an edge and by the proxy behind it"
        case .visibility:
            "of no version that nodes gave out is it known to be published while spans of the window were stored, and none was "
                + "refused after that; traceq import index brings such times"
        case .list: "no two nodes of the same software gave out a list of the same module and say its size"
        case .age: "no span has http.response.header.age"
        case .sync: "no node sends the metric edge.sync.lag"
        case .config: "no node sends the metric edge.config.age, no resource has edge.config.version"
        case .serial:
            "no node sends the metric edge.sync.target_serial, and no index was imported that tells of the window"
        case .queue: "no node is an Athens"
        }
    }
}
