/// A report in GitHub's Markdown.
struct MarkdownReport {
    let document: ReportDocument
    let human: ReportHumanTexts
    let zone: TimeZoneRules

    var text: String {
        var lines = ["# " + Self.inline(document.title), ""]
        for section in document.sections {
            lines += ["## " + section.title, ""]
            for block in section.blocks { lines += Self.withoutMarks(block, self.lines(block)) + [""] }
        }
        lines += ["## Evidence", ""]
        lines += ["| | Command | What it said | Traces |", "| --- | --- | --- | --- |"]
        lines += document.evidence.map(row)
        lines += ["", ReportRecord(document).comment, ""]
        return lines.joined(separator: "\n")
    }

    /// Names in code are not escaped, and must not look as marks of ours.
    private static func withoutMarks(_ block: ReportBlock, _ lines: [String]) -> [String] {
        if case .human = block { return lines }
        return lines.map { $0.contains("<!--") ? $0.replacing("<!--", with: "<! --") : $0 }
    }

    // MARK: Blocks

    private func lines(_ block: ReportBlock) -> [String] {
        switch block {
        case .paragraph(let sentences): return [sentences.map(sentence).joined(separator: " ")]
        case .list(let sentences): return sentences.map { "- " + sentence($0) }
        case .facts(let facts): return facts.map { "- **\($0.name):** \(sentence($0.sentence))" }
        case .table(let table): return lines(table)
        case .chart(let chart): return lines(chart)
        case .heatMap(let map): return lines(map)
        case .waterfall(let waterfall): return lines(waterfall)
        case .commands(let commands):
            return ["```sh"] + commands.map { DisplayText.escaped($0) } + ["```"]
        case .human(let field):
            return [
                "### " + field.title, "",
                ReportHumanTexts.begin(field) + (human[field] ?? Self.unedited(field)) + ReportHumanTexts.end,
            ]
        }
    }

    /// Between the marks, where nobody has written anything yet.
    static func unedited(_ field: ReportHumanField) -> String { "\n\(field.prompt)\n" }

    private func sentence(_ sentence: ReportSentence) -> String {
        Self.inline(sentence.text) + sentence.evidence.map { " [E\($0)](#e\($0))" }.joined()
    }

    static func inline(_ text: String) -> String { MarkdownRenderer.escaped(DisplayText.escaped(text)) }

    private func row(_ evidence: ReportEvidence) -> String {
        let values = evidence.values.map { Self.inline("\($0.name): \($0.value)") }.joined(separator: "<br>")
        let traces = evidence.traceIDs.map(\.hex).joined(separator: "<br>")
        let anchor = "<a id=\"e\(evidence.number)\"></a>\(evidence.name)"
        return "| \(anchor) | \(Self.inline(evidence.command)) | \(values) | \(traces) |"
    }

    private func lines(_ table: ReportTable) -> [String] {
        let titles = table.columns.map { Self.inline($0.title) }.joined(separator: " | ")
        let rules = table.columns.map { $0.alignsRight ? "---:" : "---" }.joined(separator: " | ")
        return [sentence(table.caption) + ":", "", "| \(titles) |", "| \(rules) |"]
            + table.rows.map { row in
                "| " + row.map { cell($0) }.joined(separator: " | ") + " |"
            }
    }

    private func cell(_ cell: ReportTable.Cell) -> String {
        let text = Self.inline(cell.text)
        return cell.isAlert && !text.isEmpty ? "**\(text)**" : text
    }

    // MARK: Pictures in characters

    private func lines(_ chart: ReportChart) -> [String] {
        let width = chart.series.map { $0.name.count }.max() ?? 0
        let lines = chart.series.map { series -> String in
            let known = series.values.compactMap(\.self)
            let top = known.max() ?? 0
            // From nothing on, so that small changes stay small.
            let line = Sparkline.text(series.values, 0...max(top, 1e-9))
            let name = DisplayWidth.padded(series.name, to: width)
            return "\(name) \(line) at most \(chart.unit.text(top))"
        }
        return picture(chart.caption, lines, labelWidth: width, chart.axis)
    }

    private static let shades: [Character] = ["·", "░", "▒", "▓", "█"]

    private func lines(_ map: ReportHeatMap) -> [String] {
        let names = map.rows.map { DisplayWidth.truncatingMiddle(DisplayText.escaped($0.name), to: 28) }
        let width = names.map { DisplayWidth.columns($0) }.max() ?? 0
        let lines = zip(map.rows, names).map { row, name in
            DisplayWidth.padded(name, to: width) + " "
                + String(
                    row.shares.map { share in
                        share.map { $0 <= 0 ? Self.shades[0] : Self.shades[1 + min(3, Int($0 * 4))] } ?? " "
                    })
        }
        return picture(
            map.caption, lines + ["· none, ░ up to a quarter, ▒ half, ▓ three quarters, █ more"],
            labelWidth: width,
            map.axis)
    }

    /// A line of each, and below them which slots are those of the incident.
    private func picture(
        _ caption: ReportSentence, _ lines: [String], labelWidth: Int, _ axis: ReportTimeAxis
    ) -> [String] {
        let indent = String(repeating: " ", count: labelWidth + 1)
        let ticks = (0..<axis.count).map { axis.incident?.contains($0) == true ? "▲" : "·" }.joined()
        let first = axis.clock(0, zone)
        let last = axis.clock(axis.count, zone)
        let gap = String(repeating: " ", count: max(1, axis.count - first.count - last.count))
        return [sentence(caption) + ":", "", "```text"] + lines
            + [
                indent + ticks + (axis.incident == nil ? "" : " ▲ the incident"),
                indent + first + gap + last + " " + DisplayText.escaped(zone.label), "```",
            ]
    }

    private func lines(_ waterfall: ReportWaterfall) -> [String] {
        let barWidth = 40
        let names = waterfall.rows.map { row in
            DisplayWidth.truncatingMiddle(
                String(repeating: "  ", count: min(row.depth, 12)) + row.name, to: 60)
        }
        let places = waterfall.rows.map { DisplayWidth.truncatingMiddle($0.place, to: 36) }
        let nameWidth = names.map { DisplayWidth.columns($0) }.max() ?? 0
        let placeWidth = places.map { DisplayWidth.columns($0) }.max() ?? 0
        let stageWidth = waterfall.rows.map(\.stage.count).max() ?? 0
        let lines = waterfall.rows.indices.map { index -> String in
            let row = waterfall.rows[index]
            let first = min(barWidth - 1, Int(row.start * Double(barWidth)))
            let length = max(1, min(barWidth - first, Int((row.length * Double(barWidth)).rounded())))
            let bar =
                String(repeating: " ", count: first)
                + String(repeating: row.stage.isEmpty ? "░" : "█", count: length)
            return [
                DisplayWidth.padded(names[index], to: nameWidth),
                DisplayWidth.padded(places[index], to: placeWidth),
                DisplayWidth.padded(HumanUnits.duration(row.durationNanos), to: 9, right: true),
                DisplayWidth.padded(row.stage, to: stageWidth), bar,
            ].joined(separator: "  ")
        }
        let more = waterfall.hidden > 0 ? ["and \(HumanUnits.count(waterfall.hidden, "more span"))"] : []
        return [sentence(waterfall.caption) + ":", "", "```text"] + lines + more + ["```"]
    }
}

extension ReportTimeAxis {
    /// Hours and minutes of where a slot begins.
    func clock(_ slot: Int, _ zone: TimeZoneRules) -> String {
        String(time(slot).displayText(in: zone).dropFirst(11).prefix(5))
    }
}

extension ReportChart.Unit {
    func text(_ value: Double) -> String {
        switch self {
        case .seconds: HumanUnits.duration(Int64(min(max(value, 0), 9e9) * 1e9))
        case .perSecond: HumanUnits.rate(value) + "/s"
        case .share: ResultTable.tenths(value)
        }
    }
}
