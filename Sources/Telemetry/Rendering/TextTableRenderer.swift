/// Writes a result as aligned columns.
///
/// Where the terminal is too narrow, the elastic column loses the middle of its text; where that would
/// leave too little of it, the elastic and movable columns go to a second line under each row. A table with
/// spare columns leaves these out instead, and where that is not enough, the numbers go to the second line. Times and
/// numbers are never cut, and ids only where their column says to how many characters.
struct TextTableRenderer {
    let table: ResultTable
    let style: RenderStyle

    private static let gap = "  "
    /// Before the second line of a row.
    private static let indent = "    "
    /// Less than this of a path tells nothing.
    private static let elasticWidthMin = 24
    /// And less than this of what a row is called by.
    private static let keyWidthMin = 8
    /// Where nothing limits the width, texts longer than this stick out of their column, so that one long
    /// name does not fill every row with spaces.
    private static let alignedWidthMax = 120

    func write(to output: inout OutputBuffer) {
        switch table.layout {
        case .rows where table.rowCount > 0, .rowsOrRecords where table.rowCount > 0:
            writeRows(to: &output)
        case .rows, .rowsOrRecords: break
        case .record: writeRecord(to: &output)
        }
        let footer = table.footerLines(zone: style.zone)
        if table.rowCount > 0, !footer.isEmpty { output.line("") }
        for line in footer.flatMap({ LineWrap.lines($0, width: style.width) }) {
            output.line(style.faint(line))
        }
        output.flush()
    }

    private func writeRows(to output: inout OutputBuffer) {
        let columns = table.shownColumns
        let rows = (0..<table.rowCount).map { index in
            let cells = table.row(index)
            return columns.map { Entry(cells[$0], zone: style.zone) }
        }
        let shown = columns.map { table.columns[$0] }
        if shown.contains(where: { $0.fit.spareRank != nil }) {
            return writeOneLine(shown, rows, to: &output)
        }
        let titles = shown.map { Entry(.identifier($0.title ?? ""), zone: style.zone) }
        var widths = naturalWidths(shown, [titles] + rows)
        let excess = (style.width.map { total(widths) - $0 }) ?? 0
        if excess > 0 {
            if table.layout == .rowsOrRecords { return writeRecord(to: &output) }
            guard let elastic = shown.firstIndex(where: { $0.fit == .elastic }),
                widths[elastic] - excess >= Self.elasticWidthMin
            else { return writeStacked(shown, titles, rows, to: &output) }
            widths[elastic] -= excess
        }
        let all = Array(shown.indices)
        output.line(line(titles, all, shown, widths, isHeading: true))
        for row in rows { output.line(line(row, all, shown, widths)) }
    }

    /// Each row takes one line: columns are left out, then texts lose their middles. Where that is not enough, it
    /// takes two.
    private func writeOneLine(_ shown: [ResultColumn], _ rows: [[Entry]], to output: inout OutputBuffer) {
        let titles = shown.map { Entry(.identifier($0.title ?? ""), zone: style.zone) }
        var widths = naturalWidths(shown, [titles] + rows)
        var left = Array(shown.indices)
        let room = style.width ?? .max
        leaveOut(&left, shown, widths, room)
        var natural = widths
        cut(&widths, left, shown, room)
        if total(left.map { widths[$0] }) > room {
            shorten(&natural, shown)
            widths = natural
            cut(&widths, left, shown, room)
        }
        if total(left.map { widths[$0] }) > room {
            widths = natural
            left.removeAll { shown[$0].fit == .lastSpare }
            cut(&widths, left, shown, room)
        }
        guard total(left.map { widths[$0] }) > room else {
            output.line(line(titles, left, shown, widths, isHeading: true))
            for row in rows { output.line(line(row, left, shown, widths)) }
            return
        }
        widths = natural
        let fixed = shown.indices.filter { shown[$0].fit.isFixed }
        if shown.contains(where: { $0.fit == .movable }), total(fixed.map { widths[$0] }) <= room {
            return writeStacked(shown, titles, rows, to: &output)
        }
        var keys = shown.indices.filter { !shown[$0].alignsRight }
        var lower = shown.indices.filter { shown[$0].alignsRight }
        leaveOut(&keys, shown, widths, room)
        cut(&widths, keys, shown, room)
        if total(keys.map { widths[$0] }) > room {
            // What may move is known by what stands above it.
            lower = keys.filter { shown[$0].fit == .movable } + lower
            keys.removeAll { shown[$0].fit == .movable }
            widths = natural
            cut(&widths, keys, shown, room)
        }
        leaveOut(&lower, shown, widths, room - Self.indent.count)
        cut(&widths, lower, shown, room - Self.indent.count)
        let lines = packed(lower, widths)
        for (position, row) in ([titles] + rows).enumerated() {
            output.line(line(row, keys, shown, widths, isHeading: position == 0))
            for lower in lines {
                output.line(Self.indent + line(row, lower, shown, widths, isHeading: position == 0))
            }
        }
    }

    /// Leaves spare columns out until the others fit.
    private func leaveOut(_ columns: inout [Int], _ shown: [ResultColumn], _ widths: [Int], _ room: Int) {
        let spare = columns.filter { shown[$0].fit.spareRank != nil }.sorted {
            (shown[$0].fit.spareRank ?? 0) < (shown[$1].fit.spareRank ?? 0)
        }
        for column in spare where total(columns.map { widths[$0] }) > room {
            columns.removeAll { $0 == column }
        }
    }

    private func shorten(_ widths: inout [Int], _ shown: [ResultColumn]) {
        for column in shown.indices {
            guard case .shortened(let width) = shown[column].fit else { continue }
            let title = DisplayWidth.columns(shown[column].title ?? "")
            widths[column] = min(widths[column], max(width, title))
        }
    }

    /// Makes elastic columns narrower until all fit or none has anything to give.
    private func cut(_ widths: inout [Int], _ columns: [Int], _ shown: [ResultColumn], _ room: Int) {
        let elastic = columns.filter { shown[$0].fit == .elastic }
        while total(columns.map { widths[$0] }) > room,
            let widest = elastic.max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.keyWidthMin
        {
            widths[widest] -= 1
        }
    }

    /// Each row takes two lines: the fixed columns, then those that may move or lose a part, on as many lines as they
    /// need.
    private func writeStacked(
        _ shown: [ResultColumn], _ titles: [Entry], _ rows: [[Entry]], to output: inout OutputBuffer
    ) {
        let upper = shown.indices.filter { shown[$0].fit.isFixed }
        let lower = shown.indices.filter { shown[$0].fit == .movable || shown[$0].fit == .elastic }
        let widths = naturalWidths(shown, [titles] + rows)
        let narrow = shown.indices.map {
            shown[$0].fit == .elastic ? min(widths[$0], Self.elasticWidthMin) : widths[$0]
        }
        let lines = packed(lower, narrow)
        for (position, row) in ([titles] + rows).enumerated() {
            output.line(line(row, upper, shown, widths, isHeading: position == 0))
            for lower in lines { output.line(lowerLine(row, lower, shown, isHeading: position == 0)) }
        }
    }

    /// Columns by lines, in their order: as many on each as fit.
    private func packed(_ columns: [Int], _ widths: [Int]) -> [[Int]] {
        let room = (style.width ?? .max) - Self.indent.count
        var lines: [[Int]] = []
        var used = 0
        for column in columns {
            let width = widths[column]
            if let last = lines.indices.last, used + Self.gap.count + width <= room {
                lines[last].append(column)
                used += Self.gap.count + width
            } else {
                lines.append([column])
                used = width
            }
        }
        return lines
    }

    /// The second line of a stacked row: the texts that do not fit above, the elastic one cut to fit.
    private func lowerLine(
        _ row: [Entry], _ columns: [Int], _ shown: [ResultColumn], isHeading: Bool
    ) -> String {
        let others = columns.filter { shown[$0].fit != .elastic }
            .reduce(0) { $0 + DisplayWidth.columns(row[$1].text) + Self.gap.count }
        let room = max(Self.elasticWidthMin, (style.width ?? .max) - Self.indent.count - others)
        let texts = columns.map { column in
            shown[column].fit == .elastic
                ? DisplayWidth.truncatingMiddle(row[column].text, to: room) : row[column].text
        }
        let line = texts.joined(separator: Self.gap)
        return Self.indent + (isHeading ? style.heading(line) : line)
    }

    private func line(
        _ row: [Entry], _ columns: [Int], _ shown: [ResultColumn], _ widths: [Int], isHeading: Bool = false
    ) -> String {
        var parts: [String] = []
        for column in columns {
            let text = cellText(row[column].text, shown[column].fit, width: widths[column])
            let isLast = column == columns.last
            let padded =
                isLast && !shown[column].alignsRight
                ? text : DisplayWidth.padded(text, to: widths[column], right: shown[column].alignsRight)
            parts.append(
                isHeading ? style.heading(padded) : row[column].isAlert ? style.alert(padded) : padded)
        }
        return parts.joined(separator: Self.gap)
    }

    private func cellText(_ text: String, _ fit: ResultColumn.Fit, width: Int) -> String {
        guard style.width != nil else { return text }
        if case .shortened = fit { return String(text.prefix(width)) }
        return DisplayWidth.truncatingMiddle(text, to: width)
    }

    private func naturalWidths(_ shown: [ResultColumn], _ rows: [[Entry]]) -> [Int] {
        shown.indices.map { column in
            let widths = rows.lazy.map { DisplayWidth.columns($0[column].text) }
            guard style.width == nil else { return widths.max() ?? 0 }
            return widths.filter { $0 <= Self.alignedWidthMax }.max() ?? 0
        }
    }

    private func total(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + Self.gap.count * max(0, widths.count - 1)
    }

    /// One line a column, row after row.
    private func writeRecord(to output: inout OutputBuffer) {
        let columns = table.shownColumns
        let width = columns.reduce(0) { max($0, DisplayWidth.columns(table.columns[$1].title ?? "")) }
        for index in 0..<table.rowCount {
            let cells = table.row(index)
            if table.layout == .rowsOrRecords {
                if index > 0 { output.line("") }
                output.line(style.faint("row \(index + 1)"))
            }
            for column in columns {
                let title = DisplayWidth.padded(table.columns[column].title ?? "", to: width)
                output.line(
                    style.heading(title) + Self.gap + cells[column].displayText(in: style.zone))
            }
        }
    }

    /// A cell as text.
    private struct Entry {
        let text: String
        let isAlert: Bool

        init(_ cell: ResultCell, zone: TimeZoneRules) {
            text = cell.displayText(in: zone)
            switch cell {
            case .alert, .alarm: isAlert = true
            case .failures(let count): isAlert = count > 0
            default: isAlert = false
            }
        }
    }
}

extension ResultColumn.Fit {
    fileprivate var spareRank: Int? {
        if case .spare(let rank) = self { rank } else { nil }
    }

    fileprivate var isFixed: Bool {
        switch self {
        case .fixed, .shortened: true
        case .movable, .elastic, .spare, .lastSpare: false
        }
    }
}
