import Telemetry

/// How a report is asked for: `?format=json`, `?format=table&width=80&color=always`.
package struct ReportOutput: Hashable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case table
        case json
    }

    var format = Format.table
    /// Columns; nil where lines may be of any length.
    var width: Int?
    var colour = false

    var style: RenderStyle { RenderStyle(colour: colour, width: width) }
    var contentType: String {
        format == .json ? "application/json" : "text/plain; charset=utf-8"
    }

    package init(format: Format = .table, width: Int? = nil, colour: Bool = false) {
        self.format = format
        self.width = width
        self.colour = colour
    }

    /// Nil when a value is none of those that there are. Other parameters do not matter.
    init?(query: Substring) {
        self.init()
        for parameter in query.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "format":
                guard let format = Format(rawValue: String(parts[1])) else { return nil }
                self.format = format
            case "width":
                guard let width = Int(parts[1]), (20...10_000).contains(width) else { return nil }
                self.width = width
            case "color": colour = parts[1] == "always"
            default: break
            }
        }
    }

    var query: String {
        var parameters = ["format=\(format.rawValue)"]
        if let width { parameters.append("width=\(width)") }
        if colour { parameters.append("color=always") }
        return parameters.joined(separator: "&")
    }
}
