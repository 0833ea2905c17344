extension ResultTable {
    /// What `traceq recommend` found: a proxy in a region each.
    package static func recommend(_ result: RecommendResult, _ query: RecommendQuery) -> ResultTable {
        let shown = shownCandidates(result, query.limit)
        let hidden = result.candidates.count - shown.count
        let more = hidden > 0 ? ["\(HumanUnits.count(hidden, "more row")), --limit shows them"] : []
        return ResultTable(
            schema: "traceq.recommend/1", window: query.window, columns: recommendColumns,
            rowCount: shown.count, row: { recommendCells(shown[$0]) },
            notes: result.notes + recommendNotes(result)
                + result.quality.notes(isAboutCaches: true, isAboutClients: result.behindLostEdges > 0),
            summary: more + result.recommendations.flatMap(recommendSummary),
            members: [
                JSONMember("requests_min", .integer(Int64(ProxyCandidate.requestsMin))),
                JSONMember("availability_min", .double(query.availabilityMin)),
                JSONMember("recommendations", .array(result.recommendations.map(recommendation))),
                JSONMember("quality", result.quality.json),
            ])
    }

    /// In their order; what is recommended is the last to be left out, and that on which there is no verdict the first.
    private static func shownCandidates(_ result: RecommendResult, _ limit: Int) -> [ProxyCandidate] {
        func rank(_ candidate: ProxyCandidate) -> Int {
            switch candidate.standing {
            case .recommended, .leastBad: 0
            case .fallback: 1
            case .other, .belowMinimum, .lessAvailable: 2
            case .tooFew: 3
            case .notAHost: 4
            }
        }
        let candidates = result.candidates
        let kept = candidates.indices.sorted { (rank(candidates[$0]), $0) < (rank(candidates[$1]), $1) }
        return kept.prefix(limit).sorted().map { candidates[$0] }
    }

    private static let recommendColumns: [ResultColumn] = {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return [
            ResultColumn(key: "region", title: "REGION", fit: .elastic),
            ResultColumn(key: "host", title: "PROXY", fit: .elastic),
            ResultColumn(key: "mirror", title: nil), ResultColumn(key: "url", title: nil),
            number("requests", "REQUESTS", .spare(1)), number("availability", nil),
            number("availability_interval", nil), number(nil, "AVAILABLE"), number("p50_ms", "P50"),
            number("p95_ms", "P95"), number("hit_ratio", nil), number("lookups", nil),
            number(nil, "HITS", .spare(2)), number("private_served", nil),
            ResultColumn(key: "seen_by", title: "SEEN BY", fit: .spare(0)),
            ResultColumn(key: "verdict", title: "VERDICT"),
        ]
    }()

    private static func recommendCells(_ candidate: ProxyCandidate) -> [ResultCell] {
        let figures = candidate.figures
        let interval = figures.availabilityInterval.map {
            JSONNode.array([.double($0.lowerBound), .double($0.upperBound)])
        }
        return [
            candidate.region.map { .text($0) } ?? .missing, .text(candidate.host),
            candidate.mirror.map { .text($0.name) } ?? .missing, .text(candidate.url),
            .integer(Int64(figures.requests)), figures.availability.map { .decimal($0) } ?? .missing,
            interval.map { .structured($0) } ?? .missing,
            figures.availability.map { .identifier(hundredths($0)) } ?? .missing,
            .duration(figures.p50Nanos), .duration(figures.p95Nanos),
            figures.hitRatio.map { .decimal($0) } ?? .missing, .integer(Int64(figures.lookups)),
            figures.hitRatio.map { .identifier(tenths($0)) } ?? .missing,
            .integer(Int64(candidate.privateServed)), .identifier(candidate.view.name),
            [.lessAvailable, .belowMinimum, .leastBad].contains(candidate.standing)
                ? .alert(candidate.standing.rawValue) : .identifier(candidate.standing.rawValue),
        ]
    }

    /// The lines to copy stand alone.
    private static func recommendSummary(_ advice: ProxyRecommendation) -> [String] {
        let region = advice.region.map { "in \(DisplayText.escaped($0))" } ?? "where nodes name no region"
        guard let goproxy = advice.goproxy else {
            return ["\(region): " + advice.reasons.joined(separator: "; ")]
        }
        let settings: [(String, String?)] = [
            ("GOPROXY", goproxy), ("GOPRIVATE", advice.goprivate), ("GONOSUMDB", advice.gonosumdb),
        ]
        let lines = settings.compactMap { name, value in
            value.map { "\(name)=\(DisplayText.escaped($0))" }
        }
        return ["\(region):"] + lines + advice.reasons.map { "  " + $0 }
    }

    private static func recommendNotes(_ result: RecommendResult) -> [QualityNote] {
        var notes: [QualityNote] = []
        if result.withoutHost > 0 {
            notes.append(
                QualityNote(
                    code: "without_host",
                    message:
                        "of \(HumanUnits.count(Int64(result.withoutHost))) of "
                        + "\(HumanUnits.count(result.requests, "request")) nobody says which host was asked; they "
                        + "count for no proxy"))
        }
        if result.behindLostEdges > 0, result.quality.behindLostEdges == 0 {
            notes.append(FleetQuality.lostEdges(result.behindLostEdges))
        }
        if result.isCut {
            notes.append(
                QualityNote(
                    code: "many_hosts",
                    message:
                        "servers were called by more than \(HumanUnits.count(Int64(ProxyTally.keysMax))) names: "
                        + "some are not counted"))
        }
        let decided = result.candidates.filter(\.hasEvidence)
        for region in Set(decided.map(\.region)) {
            guard Set(decided.filter { $0.region == region }.map(\.view)).count > 1 else { continue }
            notes.append(
                QualityNote(
                    code: "mixed_views",
                    message:
                        "not all times are seen from the same side: those of servers lack the way to the client, "
                        + "which those of clients and proxies have"))
            break
        }
        var known: Set<LintRule> = []
        for finding in result.recommendations.flatMap(\.findings) where known.insert(finding.rule).inserted {
            notes.append(
                QualityNote(
                    code: finding.rule.rawValue, message: "\(finding.message); \(finding.advice)"))
        }
        return notes
    }

    private static func recommendation(_ advice: ProxyRecommendation) -> JSONNode {
        func text(_ value: String?) -> JSONNode { value.map { .string($0) } ?? .null }
        return .object([
            JSONMember("region", text(advice.region)), JSONMember("goproxy", text(advice.goproxy)),
            JSONMember("goprivate", text(advice.goprivate)),
            JSONMember("gonosumdb", text(advice.gonosumdb)),
            JSONMember("meets_availability_min", advice.meetsMinimum.map { .bool($0) } ?? .null),
            JSONMember("reasons", .array(advice.reasons.map { .string($0) })),
            JSONMember("findings", .array(advice.findings.map { .string($0.rule.rawValue) })),
        ])
    }
}
