/// The form of a report.
package enum ReportFormat: String, CaseIterable, Sendable {
    case markdown
    case html
    case json

    /// By the end of a file's name; nil for another one.
    package init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: ".") else { return nil }
        switch fileName[fileName.index(after: dot)...].lowercased() {
        case "md", "markdown": self = .markdown
        case "html", "htm": self = .html
        case "json": self = .json
        default: return nil
        }
    }

    /// By what a report begins with; nil for what is none.
    package init?(content: String) {
        let start = content.prefix(64)
        if start.hasPrefix("<!DOCTYPE html>") {
            self = .html
        } else if start.first(where: { !$0.isWhitespace }) == "{" {
            self = .json
        } else if start.hasPrefix("# ") {
            self = .markdown
        } else {
            return nil
        }
    }
}

extension ReportDocument {
    package func text(as format: ReportFormat, human: ReportHumanTexts, zone: TimeZoneRules) -> String {
        switch format {
        case .markdown: MarkdownReport(document: self, human: human, zone: zone).text
        case .html: HTMLReport(document: self, human: human, zone: zone).text
        case .json: JSONReport(document: self, human: human).text
        }
    }
}

extension ReportHumanTexts {
    /// What people have written into a report.
    /// - Throws: `ReportMarkError`
    package init(report text: String, _ format: ReportFormat) throws(ReportMarkError) {
        switch format {
        case .markdown: try self.init(marked: text) { MarkdownReport.unedited($0) }
        case .html: try self.init(marked: text) { HTMLReport.unedited($0) }
        case .json: self.init(JSONReport.human(of: text))
        }
    }

    init(_ texts: [(field: ReportHumanField, text: String)]) {
        self.init()
        for (field, text) in texts { self[field] = text }
    }
}
