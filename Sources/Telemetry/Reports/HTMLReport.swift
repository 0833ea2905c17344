/// A report as one file of HTML: no network, no script, readable on a phone and on paper.
struct HTMLReport {
    let document: ReportDocument
    let human: ReportHumanTexts
    let zone: TimeZoneRules

    var text: String {
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
            // Nothing is fetched and nothing runs, whatever a name in the telemetry tries.
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<title>\(Self.escaped(document.title))</title>", "<style>", HTMLReportStyle.sheet, "</style>",
            "</head>",
            "<body>", "<header>", "<h1>\(Self.inline(document.title))</h1>", "<nav>",
        ]
        let sections = document.sections.map { ($0.id, $0.title) } + [("evidence", "Evidence")]
        lines += sections.map { "<a href=\"#\($0)\">\(Self.escaped($1))</a>" }
        lines += ["</nav>", "</header>", "<main>"]
        for section in document.sections {
            lines.append("<section id=\"\(section.id)\">")
            lines.append("<h2>\(Self.escaped(section.title))</h2>")
            for block in section.blocks { lines += self.lines(block) }
            lines.append("</section>")
        }
        lines += evidence
        lines += ["</main>", ReportRecord(document).comment, "</body>", "</html>", ""]
        return lines.joined(separator: "\n")
    }

    // MARK: Text

    /// For text and for values of attributes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in DisplayText.escaped(text) {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    /// Letters that run from right to left turn no others around.
    static func inline(_ text: String) -> String { "<bdi>\(escaped(text))</bdi>" }

    private func sentence(_ sentence: ReportSentence) -> String {
        Self.inline(sentence.text)
            + sentence.evidence.map { "<a class=\"cite\" href=\"#e\($0)\">E\($0)</a>" }.joined()
    }

    // MARK: Blocks

    private func lines(_ block: ReportBlock) -> [String] {
        switch block {
        case .paragraph(let sentences):
            return ["<p>" + sentences.map(sentence).joined(separator: " ") + "</p>"]
        case .list(let sentences):
            return ["<ul>"] + sentences.map { "<li>\(sentence($0))</li>" } + ["</ul>"]
        case .facts(let facts):
            return ["<dl>"]
                + facts.map {
                    "<div><dt>\(Self.escaped($0.name))</dt><dd>\(sentence($0.sentence))</dd></div>"
                }
                + ["</dl>"]
        case .table(let table): return lines(table)
        case .chart(let chart):
            return figure(chart.caption, ReportChartDrawing(chart: chart, zone: zone).lines)
        case .heatMap(let map):
            return figure(map.caption, ReportHeatMapDrawing(map: map, zone: zone).lines)
        case .waterfall(let waterfall): return lines(waterfall)
        case .commands(let commands):
            return ["<pre>" + commands.map(Self.escaped).joined(separator: "\n") + "</pre>"]
        case .human(let field):
            return [
                "<div class=\"human\">", "<h3>\(Self.escaped(field.title))</h3>",
                ReportHumanTexts.begin(field) + (human[field] ?? Self.unedited(field)) + ReportHumanTexts.end,
                "</div>",
            ]
        }
    }

    /// Between the marks, where nobody has written anything yet.
    static func unedited(_ field: ReportHumanField) -> String {
        guard field.prompt.hasPrefix("|") else { return "\n<p>\(escaped(field.prompt))</p>\n" }
        let rows = field.prompt.split(separator: "\n").filter { !$0.hasPrefix("| ---") }.map { line in
            line.split(separator: "|").map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            .filter { !$0.isEmpty }
        }
        let lines = rows.enumerated().map { index, cells in
            let tag = index == 0 ? "th" : "td"
            return "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "\n<table>\n\(lines.joined(separator: "\n"))\n</table>\n"
    }

    private func figure(_ caption: ReportSentence, _ drawing: [String]) -> [String] {
        ["<figure>", "<figcaption>\(sentence(caption))</figcaption>"] + drawing + ["</figure>"]
    }

    private func lines(_ table: ReportTable) -> [String] {
        let head = table.columns.map { column in
            "<th\(column.alignsRight ? " class=\"number\"" : "")>\(Self.escaped(column.title))</th>"
        }
        let rows = table.rows.map { row in
            "<tr>"
                + zip(table.columns, row).map { column, cell in
                    let classes = [
                        column.alignsRight ? "number" : nil, column.isWhole ? "whole" : nil,
                        cell.isAlert ? "alert" : nil,
                    ]
                    .compactMap(\.self).joined(separator: " ")
                    return
                        "<td\(classes.isEmpty ? "" : " class=\"\(classes)\"")>\(Self.inline(cell.text))</td>"
                }.joined() + "</tr>"
        }
        return [
            "<div class=\"wide\"><table>", "<caption>\(sentence(table.caption))</caption>",
            "<thead><tr>\(head.joined())</tr></thead>", "<tbody>",
        ] + rows + ["</tbody>", "</table></div>"]
    }

    private func lines(_ waterfall: ReportWaterfall) -> [String] {
        let rows = waterfall.rows.map { row -> String in
            let indent = DecimalText.fixed(Double(min(row.depth, 12)) * 0.9, 1)
            let left = DecimalText.fixed(row.start * 100, 2)
            let width = DecimalText.fixed(max(row.length * 100, 0.4), 2)
            let classes = "bar" + (row.stage.isEmpty ? " beside" : "") + (row.isError ? " failed" : "")
            return "<tr><td style=\"padding-left:\(indent)em\">\(Self.inline(row.name))</td>"
                + "<td>\(Self.inline(row.place))</td><td class=\"number\">\(HumanUnits.duration(row.durationNanos))</td>"
                + "<td>\(Self.escaped(row.stage))</td><td class=\"time\"><span class=\"\(classes)\" "
                + "style=\"left:\(left)%;width:min(\(width)%,calc(100% - \(left)%))\"></span></td></tr>"
        }
        let more =
            waterfall.hidden > 0
            ? ["<tr><td colspan=\"5\">and \(HumanUnits.count(waterfall.hidden, "more span"))</td></tr>"] : []
        return [
            "<div class=\"wide\"><table class=\"waterfall\">",
            "<caption>\(sentence(waterfall.caption))</caption>",
            "<thead><tr><th>Span</th><th>Service @ node</th><th class=\"number\">Duration</th><th>Stage</th>"
                + "<th class=\"time\">Time</th></tr></thead>", "<tbody>",
        ] + rows + more + ["</tbody>", "</table></div>"]
    }

    private var evidence: [String] {
        ["<section id=\"evidence\">", "<h2>Evidence</h2>"] + document.evidence.flatMap(lines) + ["</section>"]
    }

    private func lines(_ evidence: ReportEvidence) -> [String] {
        var lines = [
            "<article id=\"e\(evidence.number)\">", "<h3>\(evidence.name)</h3>",
            "<pre>\(Self.escaped(evidence.command))</pre>",
        ]
        if !evidence.values.isEmpty {
            lines.append("<dl>")
            for value in evidence.values {
                lines.append(
                    "<div><dt>\(Self.inline(value.name))</dt><dd>\(Self.inline(value.value))</dd></div>")
            }
            lines.append("</dl>")
        }
        if !evidence.traceIDs.isEmpty {
            lines.append("<p class=\"ids\">\(evidence.traceIDs.map(\.hex).joined(separator: "<br>"))</p>")
        }
        return lines + ["</article>"]
    }
}
