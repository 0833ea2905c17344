extension ResultTable {
    /// What `traceq check` found, a subject a row.
    ///
    /// - Parameter limit: how many rows to show at the most
    package static func checks(
        _ result: CheckResult, _ query: CheckQuery, limit: Int, zone: TimeZoneRules
    ) -> ResultTable {
        let rows = result.findings.prefix(limit)
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return ResultTable(
            schema: "traceq.check/1", window: query.window,
            columns: [
                ResultColumn(key: "severity", title: "SEVERITY"),
                ResultColumn(key: "rule", title: "RULE"),
                ResultColumn(key: "subject", title: nil),
                ResultColumn(key: nil, title: "SUBJECT", fit: .elastic),
                ResultColumn(key: "message", title: nil),
                ResultColumn(key: nil, title: "MESSAGE", fit: .elastic),
                ResultColumn(key: "looks_at", title: nil), ResultColumn(key: "value", title: nil),
                ResultColumn(key: "reason", title: nil),
                number("broken", "BROKEN"), number("checked", "OF", .spare(4)),
                ResultColumn(key: "first_seen", title: "FIRST (\(zone.label))", fit: .spare(2)),
                ResultColumn(key: "last_seen", title: "LAST", fit: .spare(1)),
                ResultColumn(key: "trace_id", title: nil), ResultColumn(key: "span_id", title: nil),
                ResultColumn(key: nil, title: "TRACE", fit: .spare(3)),
            ], rowCount: rows.count, row: { cells(rows[$0]) },
            notes: result.notes + nothingToCheck(result), summary: summary(result, shown: rows.count),
            members: [JSONMember("rules", .array(result.outcomes.map(\.json)))])
    }

    private static func cells(_ found: CheckFinding) -> [ResultCell] {
        let severity = found.rule.severity
        let subject = zip(found.rule.subject, found.subject)
        let words = found.subject.map { $0 == .missing ? "-" : $0.text }.joined(separator: ", ")
        return [
            severity == .error ? .alert(severity.rawValue) : .identifier(severity.rawValue),
            .text(found.rule.name),
            .structured(
                .object(
                    subject.map { key, value in
                        JSONMember(key.text, value == .missing ? .null : .string(value.text))
                    })),
            .text(words), .text(found.message), .text(found.shortMessage), .text(found.rule.looksAt),
            found.value.map { .text($0) } ?? .missing, .text(found.reason), .integer(Int64(found.broken)),
            .integer(Int64(found.checked)), .time(found.first), .time(found.last),
            found.traceID.map { .identifier($0.hex) } ?? .missing,
            found.spanID.map { .identifier($0.hex) } ?? .missing,
            found.traceID.map { .identifier(String($0.hex.prefix(16))) } ?? .missing,
        ]
    }

    private static func summary(_ result: CheckResult, shown: Int) -> [String] {
        let verdicts: [(CheckOutcome.Verdict, String)] = [
            (.broken, "broken"), (.holds, "kept"), (.nothing, "without anything to check"),
        ]
        let counts = verdicts.compactMap { verdict, words in
            let count = result.outcomes.count { $0.verdict == verdict }
            return count > 0 ? "\(HumanUnits.count(count, "rule")) \(words)" : nil
        }
        var lines = [counts.joined(separator: ", ")]
        for outcome in result.outcomes where outcome.verdict == .broken {
            guard let message = outcome.rule.message else { continue }
            lines.append("\(DisplayText.escaped(outcome.rule.name)): \(DisplayText.escaped(message))")
        }
        let left = result.findings.count - shown
        if left > 0 { lines.append("\(HumanUnits.count(left, "more row")); --limit shows them") }
        return lines
    }

    /// A rule that nothing is held against says nothing, and may be misspelt.
    private static func nothingToCheck(_ result: CheckResult) -> [QualityNote] {
        result.outcomes.filter { $0.verdict == .nothing }.map { outcome in
            let rule = outcome.rule
            let conditions = rule.conditions.isEmpty ? "" : " for which its conditions hold"
            let lacking =
                rule.source == .metric
                ? "no point of a metric \(rule.wantsPresence ? "" : rule.looksAt + " ")came in the window"
                : rule.wantsPresence
                    ? "nothing came in the window"
                    : "nothing in the window has \(rule.looksAt)"
            return QualityNote(
                code: "nothing_to_check", message: "rule \"\(rule.name)\": \(lacking)\(conditions)")
        }
    }
}

extension CheckFinding {
    /// The rule's own words, and what was found.
    fileprivate var message: String {
        let found = "\(rule.looksAt) \(reason)"
        return rule.message.map { "\($0) (\(found))" } ?? found
    }

    /// For a table, which has the rule's own words once below it: by the first of several names, of which nearly all are of
    /// the resource.
    fileprivate var shortMessage: String {
        let name = (rule.source == .metric ? rule.metrics.first : rule.attributes.first?.text) ?? ""
        let prefix = "resource."
        return "\(name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name) \(reason)"
    }
}

extension CheckOutcome {
    fileprivate var json: JSONNode {
        .object([
            JSONMember("rule", .string(rule.name)), JSONMember("severity", .string(rule.severity.rawValue)),
            JSONMember("looks_at", .string(rule.looksAt)), JSONMember("of", .string(rule.source.rawValue)),
            JSONMember("verdict", .string(verdict.rawValue)),
            JSONMember("broken", .integer(Int64(broken))), JSONMember("checked", .integer(Int64(checked))),
            JSONMember("subjects", .integer(Int64(subjects))),
            JSONMember("broken_subjects", .integer(Int64(brokenSubjects))),
        ])
    }
}
