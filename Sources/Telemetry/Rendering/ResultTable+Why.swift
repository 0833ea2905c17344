extension ResultTable {
    /// What `traceq why` found.
    package static func why(
        _ result: FleetWhyResult, _ query: FleetWhyQuery, target: WhyTarget?, zone: TimeZoneRules
    ) -> ResultTable {
        var notes = result.notes
        if !result.leftOut.isEmpty {
            let names = result.leftOut.prefix(5).map { DisplayText.escaped($0) }.joined(separator: ", ")
            notes.append(
                QualityNote(
                    code: "too_many_values",
                    message:
                        "attributes with too many different values to explain anything are left out: \(names)"
                        + (result.leftOut.count > 5 ? " and \(result.leftOut.count - 5) more" : "")))
        }
        return ResultTable(
            schema: "traceq.why/1", window: query.window, columns: whyColumns(query),
            rowCount: result.findings.count, row: { whyCells(result.findings[$0], result) },
            notes: notes
                + result.quality.notes(
                    isAboutCaches: query.selection == .misses, isAboutClients: true),
            summary: whySummary(result, query, target, zone: zone),
            members: [
                JSONMember("totals", whyTotals(result)), JSONMember("quality", result.quality.json),
            ])
    }

    private static func whyTotals(_ result: FleetWhyResult) -> JSONNode {
        .object([
            JSONMember("selected", .integer(Int64(result.selected))),
            JSONMember("rest", .integer(Int64(result.rest))),
            JSONMember("excess_ms", .decimal(HumanUnits.milliseconds(Int64(nanos: result.excessNanos)))),
            JSONMember("tests", .integer(Int64(result.testCount))),
            JSONMember("attributes", .integer(Int64(result.attributeCount))),
            JSONMember("left_out", .array(result.leftOut.map { .string($0) })),
        ])
    }

    private static func whyColumns(_ query: FleetWhyQuery) -> [ResultColumn] {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return [
            ResultColumn(key: "attribute", title: "ATTRIBUTE", fit: .elastic),
            ResultColumn(key: "value", title: "VALUE", fit: .elastic), number("selected", nil),
            number("selected_share", nil), number(nil, "OF THESE"), number("rest", nil),
            number("rest_share", nil), number(nil, "OF REST"), number("lift", nil), number(nil, "LIFT"),
            number("explained", nil), number(nil, "EXPLAINS"), number("explained_ms", "TIME"),
            number("false_discovery_rate", nil), number(nil, "CHANCE", .spare(1)),
            ResultColumn(key: "also", title: nil),
            ResultColumn(key: nil, title: "THE SAME REQUESTS", fit: .spare(0)),
        ]
    }

    private static func whyCells(_ finding: WhyFinding, _ result: FleetWhyResult) -> [ResultCell] {
        let selectedShare = Double(finding.selected) / Double(max(result.selected, 1))
        let restShare = Double(finding.rest) / Double(max(result.rest, 1))
        return [
            .text(finding.attribute), .text(finding.value), .integer(Int64(finding.selected)),
            .decimal(selectedShare), .identifier(tenths(selectedShare)), .integer(Int64(finding.rest)),
            .decimal(restShare),
            .identifier(restShare > 0 && restShare < 0.0005 ? "<0.1 %" : tenths(restShare)),
            finding.lift.isFinite ? .decimal(finding.lift) : .missing,
            .identifier(finding.lift.isFinite ? HumanUnits.rate(finding.lift) + "x" : "only"),
            .decimal(finding.explained), .identifier(tenths(finding.explained)),
            .duration(Int64(nanos: finding.explainedNanos)),
            .decimal(finding.falseDiscoveryRate), .identifier(chance(finding.falseDiscoveryRate)),
            .structured(.array(finding.also.map { .string($0) })),
            finding.also.isEmpty ? .missing : .text(alsoText(finding.also)),
        ]
    }

    private static func alsoText(_ also: [String]) -> String {
        also.prefix(2).joined(separator: ", ") + (also.count > 2 ? " and \(also.count - 2) more" : "")
    }

    private static func chance(_ rate: Double) -> String {
        rate < 0.0001 ? "<0.01 %" : hundredths(rate)
    }

    /// What was looked for, in words: "slow requests".
    package static func whyNoun(_ selection: WhySelection) -> String {
        switch selection {
        case .slow(nil): "slow requests"
        case .slow(let least?): "requests of \(HumanUnits.duration(Int64(clamping: least))) and more"
        case .errors(nil): "failures"
        case .errors(let outcome?): "requests with the outcome \(outcome.name)"
        case .misses: "misses"
        }
    }

    private static func whySummary(
        _ result: FleetWhyResult, _ query: FleetWhyQuery, _ target: WhyTarget?, zone: TimeZoneRules
    ) -> [String] {
        let noun = whyNoun(query.selection)
        let time = HumanUnits.duration(Int64(nanos: result.excessNanos))
        var lines: [String] = []
        if let target {
            lines.append(
                "the request took \(HumanUnits.duration(target.durationNanos)) and ended with "
                    + "\(target.outcome?.name ?? "an unknown outcome"): it is one of the \(noun), and what is listed is "
                    + "what it has in common with others of these")
        }
        // What counts as slow stands nowhere else.
        let meaning =
            query.selection == .slow(minNanos: nil)
            ? " (above 1 s, and above three times what their size explains)" : ""
        lines.append(
            "\(HumanUnits.count(Int64(result.selected))) \(noun)\(meaning), which took \(time) longer than as many others; the rest "
                + "are \(HumanUnits.count(result.rest, "request"))")
        if result.isTooSmall {
            lines.append(
                "nothing can be told: there have to be \(WhyRanking.requestsMin) \(noun) and as many others at least"
            )
        } else if result.findings.isEmpty {
            lines.append(
                "nothing explains them: of \(HumanUnits.count(result.testCount, "value")) of "
                    + "\(HumanUnits.count(result.attributeCount, "attribute")) none is more frequent among "
                    + (target == nil ? "them" : "them and had by this one")
                    + " than chance and the rest would make it")
        } else {
            lines.append(
                "tested \(HumanUnits.count(result.testCount, "value")) of "
                    + "\(HumanUnits.count(result.attributeCount, "attribute")): of findings as sure as these at most "
                    + "\(percent(WhyRanking.falseDiscoveryMax)) are chance; what explains the same requests is one row"
            )
        }
        return lines
    }
}
