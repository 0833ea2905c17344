/// What no telemetry tells, and people write into a report. It stays when the report is made again.
package struct ReportHumanField: Hashable, Sendable {
    /// Lower-case letters and hyphens.
    package var id: String
    package var title: String
    /// What stands there until somebody has written something, in Markdown.
    package var prompt: String

    package static let all = [
        ReportHumanField(
            id: "status", title: "Status, authors, time of writing",
            prompt: "draft · authors: … · written: …"),
        ReportHumanField(
            id: "detection", title: "How it was noticed",
            prompt: "By an alert, a check or a person? When, and who was told?"),
        ReportHumanField(
            id: "trigger", title: "What set it off",
            prompt:
                "What changed just before: a deployment, a configuration, traffic, somebody else's outage?"),
        ReportHumanField(
            id: "resolution", title: "What was tried, and what helped",
            prompt: "Each step with its time, who took it and what it did."),
        ReportHumanField(
            id: "actions", title: "Action items",
            prompt: """
                | Action | Prevents, mitigates or detects | Owner | Tracker | Due |
                | --- | --- | --- | --- | --- |
                | … | … | … | … | … |
                """),
        ReportHumanField(id: "went-well", title: "What went well", prompt: "…"),
        ReportHumanField(id: "went-wrong", title: "What went wrong", prompt: "…"),
        ReportHumanField(id: "got-lucky", title: "Where we were lucky", prompt: "…"),
    ]

    package static func named(_ id: String) -> ReportHumanField? { all.first { $0.id == id } }
}

/// What people have written into a report, by id of the field.
package struct ReportHumanTexts: Hashable, Sendable {
    private var texts: [String: String] = [:]

    package init() {}

    /// Nil where nobody has written anything.
    package subscript(_ field: ReportHumanField) -> String? {
        get { texts[field.id] }
        set { texts[field.id] = newValue }
    }

    /// From a report in Markdown or HTML: what stands between the marks of each field.
    /// - Parameter unedited: what stands there where nobody has written anything
    /// - Throws: `ReportMarkError` where the marks are not as they were written, so that it is not known what is whose
    package init(marked text: String, unedited: (ReportHumanField) -> String) throws(ReportMarkError) {
        let starts = text.ranges(of: Self.markStart).map(\.lowerBound)
        guard starts.count == 2 * ReportHumanField.all.count else {
            throw ReportMarkError(
                "it has \(starts.count) of the marks <!-- traceq:… --> around what people write, and "
                    + "\(2 * ReportHumanField.all.count) were written")
        }
        for pair in 0..<starts.count / 2 {
            let (begin, end) = (text[starts[2 * pair]...], text[starts[2 * pair + 1]...])
            guard let field = ReportHumanField.all.first(where: { begin.hasPrefix(Self.begin($0)) }),
                end.hasPrefix(Self.end), texts[field.id] == nil
            else {
                let line = text[..<starts[2 * pair]].count { $0 == "\n" } + 1
                throw ReportMarkError(
                    "the marks around what people write at line \(line) are not as they were written")
            }
            let written = String(
                begin[begin.index(begin.startIndex, offsetBy: Self.begin(field).count)..<end.startIndex])
            texts[field.id] = written
        }
        for field in ReportHumanField.all where texts[field.id] == unedited(field) { texts[field.id] = nil }
    }

    private static let markStart = "<!-- traceq:"
    static func begin(_ field: ReportHumanField) -> String { "<!-- traceq:human \(field.id) -->" }
    static let end = "<!-- traceq:end -->"
}

/// Why it is not known what people have written into a report.
package struct ReportMarkError: Error {
    package var message: String

    package init(_ message: String) { self.message = message }
}
