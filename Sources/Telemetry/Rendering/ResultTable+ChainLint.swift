extension ResultTable {
    /// What `traceq chain lint` found, a finding a row.
    ///
    /// - Parameter telemetry: what telemetry was looked at; nil for none
    package static func chainLint(
        _ findings: [LintFinding], settings: ModuleSettings, telemetry: String? = nil
    ) -> ResultTable {
        let texts = VariableTexts(settings)
        return ResultTable(
            schema: "traceq.chain_lint/1",
            columns: [
                ResultColumn(key: "severity", title: "SEVERITY"),
                ResultColumn(key: "rule", title: "RULE"),
                ResultColumn(key: "variable", title: "VARIABLE"),
                ResultColumn(key: "column", title: "COLUMN", alignsRight: true),
                ResultColumn(key: "length", title: nil),
                ResultColumn(key: "element", title: "ELEMENT"),
                ResultColumn(key: "message", title: "FINDING", fit: .elastic),
                ResultColumn(key: "advice", title: "DO", fit: .movable),
            ],
            rowCount: findings.count,
            row: { index in
                let finding = findings[index]
                return [
                    finding.severity == .error ? .alert("error") : .identifier(finding.severity.rawValue),
                    .identifier(finding.rule.rawValue),
                    .identifier(finding.variable.rawValue),
                    finding.place.map { .integer(Int64($0.lowerBound + 1)) } ?? .missing,
                    finding.place.map { .integer(Int64($0.count)) } ?? .missing,
                    texts.element(of: finding).map(ResultCell.text) ?? .missing,
                    .text(finding.message),
                    .text(finding.advice),
                ]
            },
            notes: telemetry.map { [QualityNote(code: "telemetry", message: $0)] } ?? [],
            summary: [LintSummary(findings).text])
    }
}

/// The texts of variables, to be cut into the parts that findings are about.
private struct VariableTexts {
    private let texts: [ModuleSettings.Variable: (scalars: [Unicode.Scalar], secrets: [Range<Int>])]

    init(_ settings: ModuleSettings) {
        texts = Dictionary(
            uniqueKeysWithValues: ModuleSettings.Variable.allCases.map { variable in
                (variable, (Array(settings[variable].unicodeScalars), settings.secrets(of: variable)))
            })
    }

    /// The part of the variable that a finding is about; nil for all of it, for what lacks, and for a secret.
    func element(of finding: LintFinding) -> String? {
        guard let place = finding.place, !place.isEmpty, let (scalars, secrets) = texts[finding.variable]
        else {
            return nil
        }
        var hidden = secrets.drop { $0.upperBound <= place.lowerBound }
        if let first = hidden.first, first.lowerBound <= place.lowerBound,
            place.upperBound <= first.upperBound
        {
            return nil
        }
        var text = ""
        var index = place.lowerBound
        while index < min(place.upperBound, scalars.count) {
            if let first = hidden.first, first.contains(index) {
                text += GoProxyList.hiddenText
                index = first.upperBound
                hidden.removeFirst()
            } else {
                text.unicodeScalars.append(scalars[index])
                index += 1
            }
        }
        return text
    }
}

/// How many findings there are of which weight.
package struct LintSummary {
    private let counts: [(severity: LintFinding.Severity, count: Int)]

    package init(_ findings: [LintFinding]) {
        counts = LintFinding.Severity.allCases.map { severity in
            (severity, findings.reduce(0) { $0 + ($1.severity == severity ? 1 + $1.unlisted : 0) })
        }.filter { $0.count > 0 }
    }

    /// `1 error, 2 warnings`.
    package var text: String {
        counts.isEmpty
            ? "nothing found"
            : counts.map { HumanUnits.count($0.count, $0.severity.rawValue) }.joined(separator: ", ")
    }

    /// Whether anything is wrong, and not only good to know.
    package var isBad: Bool { counts.contains { $0.severity != .note } }
}
