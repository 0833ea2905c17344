extension ResultTable {
    /// What `traceq errors` found.
    package static func errors(
        _ result: FleetErrorsResult, _ query: FleetErrorsQuery, zone: TimeZoneRules
    ) -> ResultTable {
        let all = result.failures + result.refusals + result.lostEdgeErrors
        let shared = SharedNames(result.causes.lazy.compactMap(\.node))
        return ResultTable(
            schema: "traceq.errors/1", window: query.window,
            columns: errorColumns(
                zone: zone, hasMessages: result.causes.contains { $0.message != nil }),
            rowCount: result.causes.count, row: { errorCells(result.causes[$0], all: all, shared) },
            notes: result.notes + errorNotes(result) + otherRequests(result),
            summary: errorSummary(result),
            members: [
                JSONMember("totals", errorTotals(result)), JSONMember("quality", result.quality.json),
            ])
    }

    private static func errorNotes(_ result: FleetErrorsResult) -> [QualityNote] {
        result.quality.notes(isAboutClients: true).map { note in
            note.code == "lost_edges"
                ? FleetQuality.lostEdges(result.behindLostEdges, listed: result.lostEdgeErrors) : note
        }
    }

    /// Failures are not there for nobody because their paths are those of no module.
    private static func otherRequests(_ result: FleetErrorsResult) -> [QualityNote] {
        guard result.otherFailures > 0 else { return [] }
        return [
            QualityNote(
                code: "other_requests",
                message:
                    "\(HumanUnits.count(result.otherFailures, "failure")) of \(HumanUnits.count(result.others, "request")) "
                    + "for what is no module are not in this answer: traceq stats --by http.route --where status=error "
                    + "and traceq nodes count them")
        ]
    }

    private static func errorTotals(_ result: FleetErrorsResult) -> JSONNode {
        let numbers: [(String, Int)] = [
            ("requests", result.requests), ("judged", result.judged), ("failures", result.failures),
            ("refusals", result.refusals), ("probes", result.probes), ("aborted", result.aborted),
            ("causes", result.causeCount), ("behind_lost_edges", result.behindLostEdges),
            ("lost_edge_errors", result.lostEdgeErrors),
        ]
        return .object(numbers.map { JSONMember($0.0, .integer(Int64($0.1))) })
    }

    private static func errorColumns(zone: TimeZoneRules, hasMessages: Bool) -> [ResultColumn] {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return [
            number("count", "COUNT"), number("share", nil), number(nil, "SHARE", .spare(3)),
            ResultColumn(key: "outcome", title: "OUTCOME"), number("http_status", nil),
            number(nil, "STATUS"),
            ResultColumn(key: "kind", title: nil), ResultColumn(key: nil, title: "KIND"),
            ResultColumn(key: nil, title: "WHERE", fit: .elastic),
            ResultColumn(key: "node", title: nil), ResultColumn(key: "node_source", title: nil),
            ResultColumn(key: "upstream", title: nil), number("nodes", nil), number("upstreams", nil),
            number("kinds", nil), ResultColumn(key: "region", title: nil),
            ResultColumn(key: "message", title: hasMessages ? "MESSAGE" : nil, fit: .elastic),
            number("clients", nil), number(nil, "CLIENTS", .spare(2)),
            ResultColumn(key: "first", title: "FIRST (\(zone.label))", fit: .spare(0)),
            ResultColumn(key: "last", title: "LAST (\(zone.label))", fit: .spare(1)),
            ResultColumn(key: "example_trace_id", title: "EXAMPLE", fit: .shortened(12)),
        ]
    }

    /// How many there are of what nobody need know of, as people read it: none is not known.
    static func knownCount(_ count: Int) -> ResultCell { count > 0 ? .integer(Int64(count)) : .missing }

    private static func errorCells(
        _ cause: ErrorCause, all: Int, _ shared: SharedNames
    ) -> [ResultCell] {
        let share = all > 0 ? Double(cause.count) / Double(all) : 0
        let outcome = cause.outcome
        return [
            .integer(Int64(cause.count)), .decimal(share), .identifier(tenths(share)),
            outcome.isFailure ? .alert(outcome.name) : .identifier(outcome.name),
            cause.httpStatus > 0 ? .integer(Int64(cause.httpStatus)) : .missing,
            cause.httpStatus > 0 ? .identifier(String(cause.httpStatus)) : .missing,
            cause.kind.map { .identifier($0.name) } ?? .missing,
            .identifier(cause.kind?.name ?? HumanUnits.count(cause.kinds, "kind")),
            .text(errorPlace(cause, shared)),
            cause.node.map { .text($0.identity.name) } ?? .missing,
            cause.node.map { .identifier($0.identity.source.rawValue) } ?? .missing,
            cause.upstream.map { .text($0) } ?? .missing, .integer(Int64(cause.nodes)),
            .integer(Int64(cause.upstreams)), .integer(Int64(cause.kinds)),
            cause.region.map { .text($0) } ?? .missing, cause.message.map { .text($0) } ?? .missing,
            .integer(Int64(cause.clients)), knownCount(cause.clients), .time(cause.first), .time(cause.last),
            cause.exampleTrace.map { .identifier($0.hex) } ?? .missing,
        ]
    }

    /// What all errors of a cause have in common, the node first.
    private static func errorPlace(_ cause: ErrorCause, _ shared: SharedNames) -> String {
        let nodes =
            HumanUnits.count(cause.nodes, "node") + (cause.region.map { " in \($0)" } ?? "")
        switch (cause.node, cause.upstream) {
        case (let node?, let upstream?): return "\(shared.label(node)), \(upstream)"
        case (let node?, nil): return shared.label(node)
        case (nil, let upstream?): return "\(upstream), \(nodes)"
        case (nil, nil): return nodes
        }
    }

    private static func errorSummary(_ result: FleetErrorsResult) -> [String] {
        guard !result.causes.isEmpty else { return [] }
        func part(_ count: Int, _ noun: String) -> String {
            "\(HumanUnits.count(count, noun)) (\(HumanUnits.percent(count, of: result.judged)))"
        }
        let hidden = result.causeCount - result.causes.count
        let more = hidden > 0 ? "; \(HumanUnits.count(hidden, "more cause")), --limit shows them" : ""
        return [
            "\(part(result.failures, "failure")) and \(part(result.refusals, "refusal")) of "
                + "\(HumanUnits.count(result.judged, "module request"))\(more)",
            "left out: \(HumanUnits.count(result.probes, "probe")) of the go command, "
                + "\(HumanUnits.count(result.aborted, "request")) that the client gave up",
        ]
    }

    /// Why there is nothing to show though there are requests.
    package static func noErrors(_ result: FleetErrorsResult) -> String {
        "no errors among \(HumanUnits.count(result.requests, "module request")) of the window; "
            + "\(HumanUnits.count(result.probes, "probe")) of the go command and "
            + "\(HumanUnits.count(result.aborted, "request")) that the client gave up are none"
    }
}
