/// Writes a result as a Markdown table (GitHub's flavour), with the footer as a list under it.
struct MarkdownRenderer {
    let table: ResultTable
    let style: RenderStyle

    func write(to output: inout OutputBuffer) {
        switch table.layout {
        case .rows, .rowsOrRecords: writeRows(to: &output)
        case .record: writeRecord(to: &output)
        }
        let footer = table.footerLines(zone: style.zone)
        if !footer.isEmpty { output.line("") }
        for line in footer { output.line("- " + Self.escaped(line)) }
        output.flush()
    }

    private func writeRows(to output: inout OutputBuffer) {
        let columns = table.shownColumns
        writeLine(columns.map { Self.escaped(table.columns[$0].title ?? "") }, to: &output)
        writeLine(columns.map { table.columns[$0].alignsRight ? "---:" : "---" }, to: &output)
        for index in 0..<table.rowCount {
            let cells = table.row(index)
            writeLine(columns.map { Self.escaped(cells[$0].displayText(in: style.zone)) }, to: &output)
        }
    }

    private func writeRecord(to output: inout OutputBuffer) {
        writeLine(["Property", "Value"], to: &output)
        writeLine(["---", "---"], to: &output)
        for index in 0..<table.rowCount {
            let cells = table.row(index)
            for column in table.shownColumns {
                let value = cells[column].displayText(in: style.zone)
                writeLine(
                    [Self.escaped(table.columns[column].title ?? ""), Self.escaped(value)], to: &output)
            }
        }
    }

    private func writeLine(_ fields: [String], to output: inout OutputBuffer) {
        output.line("| " + fields.joined(separator: " | ") + " |")
    }

    /// Leaves no character its meaning in Markdown or HTML, and makes no link of an address.
    static func escaped(_ text: String) -> String {
        var result = ""
        var previous: Character = " "
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "|", "`", "*", "_", "[", "]", "~", "#", "@", "!": result += "\\" + String(character)
            case "/" where previous == ":": result += "\\/"
            case "." where previous == "w" || previous == "W": result += "\\."
            default: result.append(character)
            }
            previous = character
        }
        return result
    }
}
