/// Findings of `traceq chain lint` for people: each with the place marked in the variable.
package struct LintListing {
    private let findings: [LintFinding]
    private let settings: ModuleSettings
    private let style: RenderStyle
    /// What telemetry was looked at; nil for none.
    private let telemetry: String?
    private let secrets: [ModuleSettings.Variable: [Range<Int>]]

    /// Columns of a variable that are shown where nothing says how wide the lines are.
    private static let widthMax = 1000

    package init(
        _ findings: [LintFinding], settings: ModuleSettings, style: RenderStyle, telemetry: String? = nil
    ) {
        self.findings = findings
        self.settings = settings
        self.telemetry = telemetry
        self.style = style
        secrets = Dictionary(
            uniqueKeysWithValues: Set(findings.map(\.variable)).union([.goproxy]).map {
                ($0, settings.secrets(of: $0))
            })
    }

    package func write(to output: inout OutputBuffer) {
        for finding in findings {
            write(finding, to: &output)
            output.line("")
        }
        let value = MarkedText(
            label: "", text: settings.goproxy, place: nil, hiding: secrets[.goproxy] ?? [],
            width: Self.widthMax)
        let summary =
            findings.isEmpty
            ? "nothing found in GOPROXY=\(value.line)" : LintSummary(findings).text
        for line in [summary, telemetry].compactMap(\.self).flatMap({ LineWrap.lines($0, width: style.width) }
        ) {
            output.line(style.faint(line))
        }
        output.flush()
    }

    private func write(_ finding: LintFinding, to output: inout OutputBuffer) {
        let severity = finding.severity.rawValue
        let sentence = "\(severity) (\(finding.rule.rawValue)): \(DisplayText.escaped(finding.message))"
        var lines = LineWrap.lines(sentence, width: style.width)
        if let first = lines.first, first.hasPrefix(severity) {
            let marked = finding.severity == .error ? style.alert(severity) : style.heading(severity)
            lines[0] = marked + first.dropFirst(severity.count)
        }
        for line in lines { output.line(line) }
        let name = finding.variable.rawValue
        let text = settings[finding.variable]
        let marked = MarkedText(
            label: "  \(name)=", text: text, place: finding.place,
            hiding: secrets[finding.variable] ?? [],
            width: min(style.width ?? Self.widthMax, Self.widthMax))
        output.line(marked.line)
        if let marks = marked.marks { output.line(style.accent(marks)) }
        for line in LineWrap.lines("  do: \(DisplayText.escaped(finding.advice))", width: style.width) {
            output.line(line)
        }
    }
}
