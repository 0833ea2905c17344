import OTLPModel

/// Draws a trace for people: a tree of spans with a bar each, on the time line of the whole trace.
package struct Waterfall {
    let tree: TraceTree
    let traceID: TraceID
    /// What the reader said about the answer; the tree's own notes are added.
    let notes: [QualityNote]
    let style: RenderStyle
    /// How many spans are drawn at most.
    let spanLimit: Int
    /// Whether to list all attributes under each span.
    let listsAttributes: Bool
    /// What it tells of module requests; nil where it has none.
    let story: TraceStory?

    package init(
        tree: TraceTree, traceID: TraceID, notes: [QualityNote], style: RenderStyle,
        spanLimit: Int = 1000, listsAttributes: Bool = false, story: TraceStory? = nil
    ) {
        self.tree = tree
        self.traceID = traceID
        self.notes = notes
        self.style = style
        self.spanLimit = spanLimit
        self.listsAttributes = listsAttributes
        self.story = story
    }

    package func write(to output: inout OutputBuffer) {
        writeHeader(to: &output)
        let shown = Array(tree.nodes.prefix(spanLimit))
        if let range = tree.drawingRange {
            let rows = labelled(shown)
            let layout = WaterfallLayout(rows: rows, range: range, style: style, hasStages: story != nil)
            output.line("")
            output.line(layout.heading)
            for row in rows {
                output.line(layout.line(row))
                writeDetails(of: row, to: &output)
            }
        }
        let hidden = tree.nodes.count - shown.count
        let footer = hidden > 0 ? [hiddenText(hidden)] : []
        let all = footer + legend + (notes + tree.notes + (story?.notes ?? [])).map(ResultTable.noteText)
        if !all.isEmpty { output.line("") }
        for line in all.flatMap({ LineWrap.lines($0, width: style.width) }) { output.line(style.faint(line)) }
        output.flush()
    }

    private var legend: [String] {
        story == nil
            ? [] : ["STAGE and █ mark what the request waited for (its critical path), ░ what ran beside it"]
    }

    private func hiddenText(_ count: Int) -> String {
        "\(HumanUnits.count(count, "more span")) not drawn; --limit \(tree.nodes.count) draws all, "
            + "--format json lists all"
    }

    private func writeHeader(to output: inout OutputBuffer) {
        output.line(style.heading("trace \(traceID.hex)"))
        guard let range = tree.drawingRange else { return }
        let services = tree.services
        let names = services.prefix(8).map(DisplayText.escaped).joined(separator: ", ")
        let errors = tree.errorCount
        let errorText = errors == 0 ? "no errors" : HumanUnits.count(errors, "error")
        let facts = [
            requestText,
            "\(UnixNanos(clamping: range.lowerBound).displayText(in: style.zone)) (\(style.zone.label))",
            HumanUnits.duration(Int64(clamping: range.upperBound - range.lowerBound)),
            HumanUnits.count(tree.nodes.count, "span"),
            "\(HumanUnits.count(services.count, "service")): \(names)\(services.count > 8 ? ", …" : "")",
            errorText,
        ].compactMap { $0 }
        var lines = LineWrap.packed(facts, separator: " · ", width: style.width)
            .flatMap { LineWrap.lines($0, width: style.width) }
        if errors > 0, let last = lines.popLast() {
            lines.append(last.dropLast(errorText.count) + style.alert(errorText))
        }
        for line in lines { output.line(line) }
        for line in storyLines { output.line(line) }
    }

    /// What was asked for, what the caches did, why it was slow and where the time went; a line or two a request.
    private var storyLines: [String] {
        guard let story else { return [] }
        var lines: [String] = []
        for request in story.requests.prefix(5) {
            lines += LineWrap.packed(request.facts, separator: " · ", width: style.width)
                .flatMap { LineWrap.lines($0, width: style.width) }
        }
        if story.requests.count > 5 {
            lines.append("and \(HumanUnits.count(story.requests.count - 5, "more request"))")
        }
        if !story.joined.isEmpty {
            lines += LineWrap.lines(
                "joined: \(story.joined.map(\.hex).joined(separator: ", ")), Athens' fetch in a trace of its own",
                width: style.width)
        }
        return lines
    }

    /// `GET /path → 404` of the outermost server span, or of the root where no span is a server's; nil when
    /// that is no HTTP request.
    private var requestText: String? {
        let servers = tree.nodes.lazy.filter { tree.span(of: $0).span.kind == .server }
        guard let node = servers.min(by: { $0.depth < $1.depth }) ?? tree.nodes.first,
            let http = HTTPRequestText(tree.span(of: node).span)
        else { return nil }
        let status = http.status.map { "→ \($0)" }
        let room = style.width.map { $0 - (status.map { $0.count + 1 } ?? 0) } ?? .max
        let request = DisplayWidth.truncatingMiddle(http.request, to: room)
        return [request.isEmpty ? nil : request, status].compactMap { $0 }.joined(separator: " ")
    }

    /// Rows with the lines that lead from parents to children. Deep down the lines would fill the
    /// terminal: from a depth on, the number of the level stands for them.
    private func labelled(_ nodes: [TraceTreeNode]) -> [WaterfallRow] {
        var openLevels: [Bool] = []
        return nodes.map { node in
            openLevels.removeLast(max(0, openLevels.count - node.depth))
            let above = Self.guides(openLevels.dropFirst())
            let guide = node.depth == 0 ? "" : above + (node.isLastSibling ? "└ " : "├ ")
            openLevels.append(!node.isLastSibling)
            let below = Self.guides(openLevels.dropFirst()) + (node.childCount > 0 ? "│ " : "  ")
            let stored = tree.span(of: node)
            let part = SpanID(bytes: stored.span.spanID).flatMap { story?.parts[$0.rawValue] }
            return WaterfallRow(node: node, stored: stored, guide: guide, detailGuide: below, part: part)
        }
    }

    private static let drawnDepthMax = 12

    private static func guides(_ openLevels: ArraySlice<Bool>) -> String {
        guard openLevels.count <= drawnDepthMax else { return "⋯\(openLevels.count + 1) " }
        return openLevels.map { $0 ? "│ " : "  " }.joined()
    }

    private func writeDetails(of row: WaterfallRow, to output: inout OutputBuffer) {
        let details = WaterfallDetails(row: row, listsAttributes: listsAttributes)
        for detail in details.lines {
            let text = row.detailGuide + DisplayText.escaped(detail.text)
            let fitted = style.width.map { DisplayWidth.truncatingEnd(text, to: max(20, $0)) } ?? text
            output.line(detail.isAlert ? style.alert(fitted) : style.faint(fitted))
        }
    }
}
