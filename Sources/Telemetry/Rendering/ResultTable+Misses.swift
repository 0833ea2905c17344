extension ResultTable {
    /// What `traceq misses` found.
    package static func misses(_ result: MissResult, _ query: MissQuery, zone: TimeZoneRules) -> ResultTable {
        ResultTable(
            schema: "traceq.misses/1", window: query.window, columns: missColumns(query, zone: zone),
            rowCount: result.groups.count, row: { missCells(result.groups[$0], query) },
            notes: missNotes(result), summary: result.groups.isEmpty ? [] : missSummary(result, query),
            members: [
                JSONMember("totals", missTotals(result, query)), JSONMember("quality", result.quality.json),
            ])
    }

    private static func missColumns(_ query: MissQuery, zone: TimeZoneRules) -> [ResultColumn] {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        let time =
            query.periodNanos == nil ? [] : [ResultColumn(key: "time", title: "TIME (\(zone.label))")]
        let key = ResultColumn(
            key: query.dimension.name,
            title: query.dimension == .all && query.periodNanos != nil
                ? nil : DisplayText.escaped(query.dimension.name).uppercased(),
            fit: .elastic)
        let isWhole = query.periodNanos == nil
        return time + [key, number("requests", "REQUESTS", .spare(3)), number("hits", "HITS", .spare(4))]
            + [number("misses", "MISSES"), number("coalesced", "COALESCED", .spare(1))]
            + [number("unknown", "UNKNOWN", .spare(2)), number("request_hit_ratio", nil)]
            + [number(nil, "HIT RATIO"), number("fetches", nil), number("version_hit_ratio", nil)]
            + [
                number(nil, query.dimension.isOfNodes ? nil : "BY VERSION", .lastSpare),
                number("refetches", isWhole ? "REFETCHED" : nil, .spare(5)),
            ]
            + [number("miss_ms", "WAITED"), number("refetch_ms", isWhole ? "WASTED" : nil, .spare(6))]
    }

    private static func missCells(_ group: MissGroup, _ query: MissQuery) -> [ResultCell] {
        let counts = group.counts
        // What nobody tells is not 0.
        let isKnown = counts.requests > counts.unknown && (counts.lookups > 0 || counts.unknown == 0)
        func known(_ count: Int) -> ResultCell { isKnown ? .integer(Int64(count)) : .missing }
        let time: [ResultCell] = group.period.map { [isOfMinutes(query) ? .minute($0) : .time($0)] } ?? []
        return time + [group.key.map { .text($0) } ?? .missing, .integer(Int64(counts.requests))]
            + [
                known(counts.hits), known(counts.misses), known(counts.coalesced),
            ]
            + [.integer(Int64(counts.unknown)), counts.ratio.map { .decimal($0) } ?? .missing]
            + [
                .identifier(HumanUnits.percent(counts.hits, of: counts.lookups)),
                query.dimension.isOfSingleFiles || query.dimension.isOfNodes
                    ? .missing : .integer(Int64(counts.fetches)),
            ]
            + [counts.versionRatio.map { .decimal($0) } ?? .missing]
            + [.identifier(HumanUnits.percent(counts.warmFetches, of: counts.fetches))]
            + [
                query.hasRefetches ? known(counts.refetches) : .missing,
                isKnown ? .duration(Int64(clamping: counts.missNanos)) : .missing,
                query.hasRefetches && isKnown ? .duration(Int64(clamping: counts.refetchNanos)) : .missing,
            ]
    }

    private static func isOfMinutes(_ query: MissQuery) -> Bool {
        query.periodNanos.map { $0 % 60_000_000_000 == 0 } ?? false
    }

    private static func missSummary(_ result: MissResult, _ query: MissQuery) -> [String] {
        let totals = result.totals
        var lines: [String] = []
        if query.periodNanos != nil, query.dimension == .all {
            let ratios = result.groups.map(\.counts.ratio)
            let low = ratios.compactMap { $0 }.min() ?? 0
            lines.append(
                "hit ratio \(Sparkline.text(ratios, min(low, 0.999)...1)) from \(percentText(low)) (lowest bar) to 100 %"
            )
        }
        if query.dimension.isOfNodes {
            lines.append(
                "the rows are what each node's own cache did; what clients had, whichever node answered:")
        }
        lines.append(
            "request hit ratio \(HumanUnits.percent(totals.hits, of: totals.lookups)): "
                + "\(HumanUnits.count(Int64(totals.hits))) of \(HumanUnits.count(totals.lookups, "request")) for files "
                + "(info, mod, zip) that a cache answered or not; targets mean this one")
        if totals.fetches > 0 {
            lines.append(
                "version hit ratio \(HumanUnits.percent(totals.warmFetches, of: totals.fetches)): "
                    + "\(HumanUnits.count(Int64(totals.warmFetches))) of "
                    + "\(HumanUnits.count(Int64(totals.fetches))) versions that clients fetched, without a miss"
            )
        }
        if totals.coalesced > 0 {
            lines.append(
                "coalesced \(HumanUnits.count(Int64(totals.coalesced))): waited for another request's fetch; no hits"
            )
        }
        if totals.unknown > 0 {
            lines.append(
                "unknown \(HumanUnits.count(Int64(totals.unknown))): in no ratio" + likelyText(result.likely))
        }
        if totals.missNanos > 0 {
            let wasted =
                totals.refetches > 0
                ? "; \(HumanUnits.duration(Int64(clamping: totals.refetchNanos))) of it for "
                    + "\(HumanUnits.count(Int64(totals.refetches))) of what the same node had fetched before"
                : ""
            lines.append(
                "clients waited \(HumanUnits.duration(Int64(clamping: totals.missNanos))) for misses" + wasted
            )
        }
        if result.groups.count < result.groupCount {
            lines.append(
                "\(HumanUnits.count(Int64(result.groups.count))) of \(HumanUnits.count(result.groupCount, "group")); "
                    + "--limit shows more")
        }
        return lines
    }

    private static func likelyText(_ likely: LikelyMisses) -> String {
        guard likely.count > 0 else { return "" }
        return
            "; \(HumanUnits.count(Int64(likely.count))) of them probably missed: the first for their file, and more "
            + "than \(LikelyMisses.factor) times as slow as the median at their node "
            + "(\(HumanUnits.duration(Int64(clamping: likely.nanos))) in all)"
    }

    private static func percentText(_ share: Double) -> String {
        HumanUnits.percent(Int((share * 10_000).rounded()), of: 10_000)
    }

    private static func missTotals(_ result: MissResult, _ query: MissQuery) -> JSONNode {
        let totals = result.totals
        let refetched: (count: JSONNode, time: JSONNode) =
            query.hasTotalRefetches
            ? (
                .integer(Int64(totals.refetches)),
                .decimal(HumanUnits.milliseconds(Int64(clamping: totals.refetchNanos)))
            ) : (.null, .null)
        let results = CacheResult.allCases.filter { totals[$0] > 0 }.map {
            JSONMember($0.name, .integer(Int64(totals[$0])))
        }
        return .object([
            JSONMember("requests", .integer(Int64(totals.requests))),
            JSONMember("lookups", .integer(Int64(totals.lookups))),
            JSONMember("request_hit_ratio", totals.ratio.map { .double($0) } ?? .null),
            JSONMember(
                "fetches", query.dimension.isOfSingleFiles ? .null : .integer(Int64(totals.fetches))),
            JSONMember("version_hit_ratio", totals.versionRatio.map { .double($0) } ?? .null),
            JSONMember("refetches", refetched.count),
            JSONMember("miss_ms", .decimal(HumanUnits.milliseconds(Int64(clamping: totals.missNanos)))),
            JSONMember("refetch_ms", refetched.time),
            JSONMember("likely_misses", .integer(Int64(result.likely.count))),
            JSONMember("results", .object(results)),
        ])
    }

    private static func missNotes(_ result: MissResult) -> [QualityNote] {
        var notes = result.notes + result.quality.notes(isAboutCaches: true, isAboutClients: true)
        if result.totals.requests > 0, result.totals.lookups == 0 {
            notes.insert(
                QualityNote(
                    code: "no_cache_results",
                    message:
                        "there is no hit ratio: no node says what its cache did, and nothing tells it otherwise; "
                        + "docs/exporters.md has the line for each server"), at: 0)
        } else if (1..<Self.ratioMin).contains(result.totals.lookups) {
            notes.append(
                QualityNote(
                    code: "few_requests",
                    message: "a ratio of \(HumanUnits.count(result.totals.lookups, "request")) says little: "
                        + "\(Self.ratioMin) are needed before one is compared with a target"))
        }
        return notes
    }

    /// A ratio of fewer requests is no ground for a verdict.
    static let ratioMin = 20
}
