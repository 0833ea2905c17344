extension ResultTable {
    /// What `traceq slo` found, an objective a row.
    package static func objectives(_ result: ObjectiveResult, _ query: ObjectiveQuery) -> ResultTable {
        ResultTable(
            schema: "traceq.slo/1", window: query.window, columns: objectiveColumns,
            rowCount: result.evaluations.count, row: { objectiveCells(result.evaluations[$0]) },
            notes: result.notes + objectiveNotes(result)
                + result.quality.notes(isAboutCaches: true, isAboutClients: true),
            summary: objectiveSummary(result), members: [JSONMember("quality", result.quality.json)])
    }

    private static let objectiveColumns: [ResultColumn] = {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return [
            ResultColumn(key: "objective", title: "OBJECTIVE", fit: .elastic),
            ResultColumn(key: "indicator", title: nil), ResultColumn(key: "statistic", title: nil),
            ResultColumn(key: "relation", title: nil), number("limit", nil), number("value", nil),
            ResultColumn(key: "unit", title: nil), ResultColumn(key: "kinds", title: nil),
            ResultColumn(key: nil, title: "TARGET"), number(nil, "MEASURED"),
            number("events", "OF", .spare(2)), number("bad", "BAD", .spare(3)), number("left_out", nil),
            ResultColumn(key: "verdict", title: "VERDICT"),
            number("budget_spent", nil), number("budget_ms", nil), number("budget_left_ms", nil),
            number(nil, "BUDGET LEFT", .lastSpare),
            number("burn_1h", "BURN 1H", .spare(1)), number("burn_6h", "6H", .spare(1)),
            number("burn_3d", "3D", .spare(1)), ResultColumn(key: "alert", title: "ALERT"),
        ]
    }()

    private static func objectiveCells(_ found: ObjectiveEvaluation) -> [ResultCell] {
        let objective = found.objective
        let unit = objective.indicator.unit
        func number(_ value: Double?) -> ResultCell { value.map { unit.cell($0) } ?? .missing }
        // Of nothing, nothing is spent, and that says nothing.
        let budget = found.counts.total > 0 ? found.budget : nil
        let target: [ResultCell] = [
            .text(objective.name), .identifier(objective.indicator.rawValue),
            .identifier(objective.statistic.text), .identifier(objective.relation.rawValue),
            number(objective.limit), number(found.value), .identifier(unit.name),
            .identifier(objective.kinds.map(\.name).joined(separator: ",")),
            .identifier(objective.targetText),
        ]
        let measured: [ResultCell] = [
            found.value.map { .identifier(unit.text($0)) } ?? .missing,
            .integer(Int64(found.counts.total)),
            budget == nil ? .missing : .integer(Int64(found.counts.bad)), .integer(Int64(found.leftOut)),
            found.verdict == .missed ? .alert("missed") : .identifier(found.verdict.rawValue),
        ]
        let spent: [ResultCell] = [
            budget.map { .decimal($0.spent) } ?? .missing,
            budget.map { .duration($0.wholeNanos) } ?? .missing,
            budget.map { .duration($0.leftNanos) } ?? .missing,
            budget.map { .identifier($0.leftText) } ?? .missing,
        ]
        let burns = BurnRule.usual.map { rule -> ResultCell in
            let reading = found.burns.first { $0.rule == rule }
            return reading?.long.map { .decimal($0) } ?? .missing
        }
        return target + measured + spent + burns
            + [found.alert.map { .alert($0.rawValue) } ?? .missing]
    }

    // MARK: Sentences

    private static func objectiveSummary(_ result: ObjectiveResult) -> [String] {
        var lines: [String] = []
        let verdicts: [(ObjectiveEvaluation.Verdict, String)] = [
            (.met, "met"), (.missed, "missed"), (.undecided, "undecided"),
        ]
        lines.append(
            verdicts.compactMap { verdict, word in
                let count = result.evaluations.count { $0.verdict == verdict }
                return count > 0 ? "\(count) \(word)" : nil
            }.joined(separator: ", "))
        for found in result.evaluations {
            let objective = found.objective
            lines.append("\(DisplayText.escaped(objective.name)): \(objective.definition)")
            for reading in found.burns where reading.isFiring {
                lines.append(
                    "\(DisplayText.escaped(objective.name)): \(reading.rule.severity.rawValue): over "
                        + "\(ObjectiveWords.hours(reading.rule.longNanos)) and "
                        + "\(ObjectiveWords.hours(reading.rule.shortNanos)) the budget goes more than "
                        + "\(ObjectiveWords.factor(reading.factor)) times as fast as allowed")
            }
        }
        if result.evaluations.contains(where: { $0.budget == nil }) {
            lines.append(
                "a mean has no budget: it says nothing of how many requests were bad; a quantile like p95 has one"
            )
        }
        return lines
    }

    private static func objectiveNotes(_ result: ObjectiveResult) -> [QualityNote] {
        result.evaluations.filter { $0.verdict == .undecided }.map { found in
            QualityNote(
                code: "too_few",
                message: "\(DisplayText.escaped(found.objective.name)): there "
                    + (found.counts.total == 1 ? "is 1" : "are \(found.counts.total)")
                    + " in the window, and \(ObjectiveEvaluation.eventsMin) are needed for a verdict"
                    + (found.leftOut > 0
                        ? "; of \(HumanUnits.count(Int64(found.leftOut))) more too little is known" : ""))
        }
    }
}

extension ServiceIndicator.Unit {
    /// As data formats call it.
    fileprivate var name: String {
        switch self {
        case .duration: "ms"
        case .bytesPerSecond: "bytes/s"
        case .share: "ratio"
        }
    }

    fileprivate func cell(_ value: Double) -> ResultCell {
        switch self {
        case .duration: .duration(Int64(exactly: value.rounded()) ?? .max)
        case .bytesPerSecond: .decimal(value.rounded())
        case .share: .decimal(value)
        }
    }

    fileprivate func text(_ value: Double) -> String {
        switch self {
        case .duration: HumanUnits.duration(Int64(exactly: value.rounded()) ?? .max)
        case .bytesPerSecond: HumanUnits.rate(value / 1_000_000) + " MB/s"
        case .share: ObjectiveWords.percent(value)
        }
    }
}

extension ServiceObjective.Statistic {
    /// As `slo.yaml` has it.
    fileprivate var text: String {
        switch self {
        case .mean: "mean"
        case .share: "share"
        case .quantile(let part): "p" + ObjectiveWords.shortest(part * 100)
        }
    }
}

extension ServiceObjective {
    /// `mean below 200 ms`.
    fileprivate var targetText: String {
        let limit = indicator.unit.text(limit)
        return statistic == .share
            ? "\(relation.words) \(limit)" : "\(statistic.text) \(relation.words) \(limit)"
    }

    /// What is counted, of what.
    fileprivate var definition: String {
        var text = indicator.definition
        if kinds != indicator.kinds, indicator != .visibilityLag {
            text += "; of \(kinds.map(\.name).joined(separator: ", "))"
        }
        if bytesMin > 0 { text += "; from \(HumanUnits.bytes(bytesMin)) on" }
        if indicator == .hitRatio {
            text +=
                counted == .versions
                ? "; of versions: one is a hit when none of its files was a miss for the client that fetched it"
                : "; of requests"
        }
        return text
    }
}

extension ErrorBudget {
    /// `62.5 %, 13m30s`; of a budget that is spent many times over, whole percents.
    fileprivate var leftText: String {
        let left = max(-1e12, 1 - spent)
        let share =
            left < -10
            ? HumanUnits.count(Int64((left * 100).rounded())) + " %"
            : ObjectiveWords.shortest((left * 1000).rounded() / 10) + " %"
        return leftNanos < 0 ? share : "\(share), \(HumanUnits.duration(leftNanos))"
    }
}

enum ObjectiveWords {
    /// `1 h`, `5 min`, `3 d`.
    static func hours(_ nanos: Int64) -> String {
        let minutes = nanos / 60_000_000_000
        if minutes % 1440 == 0 { return "\(minutes / 1440) d" }
        return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes) min"
    }

    /// With four decimals at the most, and none that is zero.
    static func shortest(_ value: Double) -> String {
        var text = ((value * 10_000).rounded() / 10_000).description
        if text.hasSuffix(".0") { text.removeLast(2) }
        return text
    }

    static func factor(_ value: Double) -> String { shortest((value * 10).rounded() / 10) }

    /// As many decimals as it takes, up to three: `98 %`, `99.95 %`, `99.951 %`.
    static func percent(_ share: Double) -> String { shortest((share * 100_000).rounded() / 1000) + " %" }
}
