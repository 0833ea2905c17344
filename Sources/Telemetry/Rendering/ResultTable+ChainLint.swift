extension ResultTable {
    /// What `traceq chain lint` found, a finding a row.
    ///
    /// - Parameter telemetry: what telemetry was looked at; nil for none
    package static func chainLint(
        _ findings: [LintFinding], settings: ModuleSettings, telemetry: String? = nil
    ) -> ResultTable {
        ResultTable(
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
                    element(of: finding, settings).map(ResultCell.text) ?? .missing,
                    .text(finding.message),
                    .text(finding.advice),
                ]
            },
            notes: telemetry.map { [QualityNote(code: "telemetry", message: $0)] } ?? [],
            summary: [LintSummary(findings).text])
    }

    /// The part of the variable that a finding is about; nil for all of it, and for what lacks. Without credentials.
    private static func element(of finding: LintFinding, _ settings: ModuleSettings) -> String? {
        guard let place = finding.place, !place.isEmpty else { return nil }
        let hidden = finding.variable == .goproxy ? GoProxyList(settings.goproxy).credentials : []
        if hidden.contains(where: { $0 == place }) { return nil }
        let scalars = Array(settings[finding.variable].unicodeScalars)
        var text = ""
        for index in place where scalars.indices.contains(index) {
            guard let part = hidden.first(where: { $0.contains(index) }) else {
                text.unicodeScalars.append(scalars[index])
                continue
            }
            if index == part.lowerBound { text += "REDACTED" }
        }
        return text
    }
}

extension GoProxyList {
    /// Where user names and passwords stand, also in elements that are wrong, in Unicode scalars from 0.
    package var credentials: [Range<Int>] {
        elements.compactMap { element in
            let part =
                if let address = element.address {
                    address.credentials
                } else {
                    GoProxyAddress.possibleCredentials(in: element.text)
                }
            guard let part else { return nil }
            let start = element.place.lowerBound
            return start + part.lowerBound..<start + part.upperBound
        }
    }
}

/// How many findings there are of which weight.
package struct LintSummary {
    private let counts: [(severity: LintFinding.Severity, count: Int)]

    package init(_ findings: [LintFinding]) {
        counts = LintFinding.Severity.allCases.map { severity in
            (severity, findings.count { $0.severity == severity })
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
