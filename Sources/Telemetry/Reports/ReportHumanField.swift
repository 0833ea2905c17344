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
    package init(marked text: String, unedited: (ReportHumanField) -> String) {
        for field in ReportHumanField.all {
            guard let begin = text.firstRange(of: Self.begin(field)),
                let end = text[begin.upperBound...].firstRange(of: Self.end)
            else { continue }
            let written = String(text[begin.upperBound..<end.lowerBound])
            if written != unedited(field) { texts[field.id] = written }
        }
    }

    static func begin(_ field: ReportHumanField) -> String { "<!-- traceq:human \(field.id) -->" }
    static let end = "<!-- traceq:end -->"
}

extension StringProtocol {
    /// Where a text stands first. The standard library has it for collections of characters only, which is slow for
    /// whole files.
    fileprivate func firstRange(of text: String) -> Range<String.Index>? {
        let wanted = Array(text.utf8)
        let bytes = utf8
        guard let first = wanted.first else { return nil }
        var start = bytes.startIndex
        while let found = bytes[start...].firstIndex(of: first) {
            if bytes[found...].starts(with: wanted) {
                return found..<bytes.index(found, offsetBy: wanted.count)
            }
            start = bytes.index(after: found)
        }
        return nil
    }
}
