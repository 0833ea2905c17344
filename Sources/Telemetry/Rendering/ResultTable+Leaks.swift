extension ResultTable {
    /// What `traceq leaks` found.
    package static func leaks(_ result: LeakResult, _ query: LeakQuery, zone: TimeZoneRules) -> ResultTable {
        ResultTable(
            schema: "traceq.leaks/1", window: query.window, columns: leakColumns(zone),
            rowCount: result.leaks.count, row: { leakCells(result.leaks[$0]) },
            notes: result.notes + leakNotes(result) + result.quality.notes(),
            summary: leakSummary(result, query),
            members: [
                JSONMember("verdict", .string(result.verdict)),
                JSONMember("private", privateModules(query.modules)),
                JSONMember("totals", leakTotals(result)), JSONMember("quality", result.quality.json),
            ])
    }

    private static func leakColumns(_ zone: TimeZoneRules) -> [ResultColumn] {
        [
            ResultColumn(key: "requests", title: "TIMES", alignsRight: true),
            ResultColumn(key: "first", title: "FIRST (\(zone.label))"),
            ResultColumn(key: "last", title: "LAST (\(zone.label))"),
            ResultColumn(key: nil, title: "ANSWER"), ResultColumn(key: "outcomes", title: nil),
            ResultColumn(key: "module", title: "MODULE", fit: .elastic),
            ResultColumn(key: "host", title: "ASKED", fit: .movable), ResultColumn(key: "via", title: nil),
            ResultColumn(key: nil, title: "BY", fit: .movable), ResultColumn(key: "node", title: nil),
            ResultColumn(key: "node_source", title: nil),
            ResultColumn(key: "client", title: "CLIENT", fit: .movable),
            ResultColumn(key: "user_agent", title: nil), ResultColumn(key: "kinds", title: nil),
            ResultColumn(key: "trace_id", title: nil),
        ]
    }

    private static func leakCells(_ leak: Leak) -> [ResultCell] {
        let kinds = ModuleKind.allCases.filter { leak.kinds.contains($0) }.map { JSONNode.string($0.name) }
        let outcomes = leak.outcomes.map {
            JSONMember($0.outcome?.name ?? "unknown", .integer(Int64($0.count)))
        }
        return [
            .integer(Int64(leak.requests)), .minute(leak.first), .minute(leak.last),
            .identifier(answers(leak)), .structured(.object(outcomes)), .text(leak.module),
            .text(leak.host), leak.via.map { .text($0) } ?? .missing,
            .text(leak.via ?? leak.node.identity.name), .text(leak.node.identity.name),
            .identifier(leak.node.identity.source.rawValue),
            leak.client.map { .text($0.address) } ?? .missing,
            leak.client.map { .text($0.userAgent) } ?? .missing, .structured(.array(kinds)),
            leak.traceID.map { .identifier($0.hex) } ?? .missing,
        ]
    }

    /// What is left of 80 columns beside the number and the times.
    private static let answerWidthMax = 36

    /// `not_found`, `not_found 12, ok 3`: the two most frequent, as far as there is room.
    private static func answers(_ leak: Leak) -> String {
        let names = leak.outcomes.map { $0.outcome?.name ?? "unknown" }
        if names.count == 1 { return names[0] }
        let counted = zip(names, leak.outcomes).map { name, outcome in
            "\(name) \(HumanUnits.count(Int64(outcome.count)))"
        }
        let both = counted.prefix(2).joined(separator: ", ") + (counted.count > 2 ? ", …" : "")
        return both.count <= answerWidthMax ? both : counted[0] + ", …"
    }

    private static func leakSummary(_ result: LeakResult, _ query: LeakQuery) -> [String] {
        let sources = "private by \(DisplayText.escaped(query.modules.text))"
        guard result.leakCount > 0 else {
            guard !result.isBlind else {
                return [
                    "nothing can be said: no request of the window tells which host was asked (server.address, "
                        + "http.host, or a whole URL); docs/exporters.md tells how nodes can say it", sources,
                ]
            }
            let asked = HumanUnits.count(result.requests, "request")
            let rest =
                result.privateRequests > 0
                ? "of \(asked), \(HumanUnits.count(Int64(result.privateRequests))) for private modules went elsewhere"
                : "of \(asked) none was for a private module"
            return ["no private module was asked of a public proxy or checksum database: \(rest)", sources]
        }
        let clients =
            result.clients > 0 ? ", by \(HumanUnits.count(result.clients, "known client"))" : ""
        var lines = [
            "\(HumanUnits.count(result.modules, "private module")), asked of "
                + result.hosts.map { DisplayText.escaped($0) }.joined(separator: ", ")
                + " in \(HumanUnits.count(result.leakedRequests, "request"))\(clients)",
            sources,
            "GOPRIVATE=\(DisplayText.escaped(query.modules.patterns.joined(separator: ","))) where these builds "
                + "run keeps them from it; traceq chain lint checks the rest of a setting",
        ]
        if result.leaks.count < result.leakCount {
            lines.append(
                "\(HumanUnits.count(result.leakCount - result.leaks.count, "more row")); --limit shows them")
        }
        return lines
    }

    private static func leakNotes(_ result: LeakResult) -> [QualityNote] {
        guard result.withoutHost > 0, !result.isBlind else { return [] }
        return [
            QualityNote(
                code: "without_host",
                message:
                    "of \(HumanUnits.count(Int64(result.withoutHost))) of "
                    + "\(HumanUnits.count(result.requests, "request")) nobody says which host was asked; they "
                    + "are looked at by the name of the node alone")
        ]
    }

    private static func privateModules(_ modules: PrivateModules) -> JSONNode {
        .array(
            modules.sources.map { source in
                .object([
                    JSONMember("source", .string(source.name)),
                    JSONMember("patterns", .string(source.patterns.shownText)),
                ])
            })
    }

    private static func leakTotals(_ result: LeakResult) -> JSONNode {
        let numbers: [(String, Int)] = [
            ("leaks", result.leakCount), ("modules", result.modules), ("clients", result.clients),
            ("leaked_requests", result.leakedRequests), ("requests", result.requests),
            ("private_requests", result.privateRequests), ("without_host", result.withoutHost),
            ("calls", result.calls),
        ]
        return .object(
            numbers.map { JSONMember($0.0, .integer(Int64($0.1))) }
                + [JSONMember("hosts", .array(result.hosts.map { .string($0) }))])
    }
}
