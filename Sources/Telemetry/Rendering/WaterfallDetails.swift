import OTLPModel

/// What is listed under a span of a waterfall: what is odd about it, its error, events and links.
struct WaterfallDetails {
    let row: WaterfallRow
    let listsAttributes: Bool

    /// More than this of events or of links is counted, not listed.
    private static let listedMax = 20

    /// One line, not yet safe to print.
    struct Line {
        let text: String
        var isAlert = false
    }

    private var span: Span { row.stored.span }

    var lines: [Line] {
        anchorLines + timeLines + statusLines + attributeLines + eventLines + linkLines
    }

    private var anchorLines: [Line] {
        switch row.node.anchor {
        case .root, .child: []
        case .missingParent(let parent): [Line(text: "? parent \(hexadecimal(parent)) not stored")]
        case .ownParent: [Line(text: "⟲ names itself as its parent")]
        case .cycle(let parent):
            [Line(text: "⟲ its parent \(hexadecimal(parent)) descends from it: cut here")]
        }
    }

    private var timeLines: [Line] {
        var lines: [Line] = []
        if row.node.leadNanos > 0 {
            let lead = HumanUnits.duration(Int64(clamping: row.node.leadNanos))
            lines.append(Line(text: "~ starts \(lead) before its parent (clock skew)"))
        }
        if row.node.overrunNanos > 0 {
            let overrun = HumanUnits.duration(Int64(clamping: row.node.overrunNanos))
            lines.append(Line(text: "~ ends \(overrun) after its parent"))
        }
        if span.endTimeUnixNano < span.startTimeUnixNano {
            let back = HumanUnits.duration(Int64(clamping: span.startTimeUnixNano - span.endTimeUnixNano))
            lines.append(Line(text: "~ ends \(back) before it starts: counted as 0"))
        }
        return lines
    }

    private var statusLines: [Line] {
        guard row.isError || !span.status.message.isEmpty else { return [] }
        let message = span.status.message.isEmpty ? "" : ": \(span.status.message)"
        return [
            Line(
                text: (row.isError ? "✗ error" : "status \(span.status.code.word)") + message,
                isAlert: row.isError)
        ]
    }

    private var attributeLines: [Line] {
        guard listsAttributes else { return [] }
        return span.attributes.map { Line(text: "= \($0.key)=\($0.value.summaryText)") }
            + dropped(span.droppedAttributesCount, "attribute")
    }

    private var eventLines: [Line] {
        let shown = span.events.prefix(Self.listedMax).map { event in
            let attributes = event.attributes.filter { listsAttributes || $0.key != "exception.stacktrace" }
            let text = attributes.summaryText(separator: " ")
            return Line(
                text: "• \(offset(of: event.timeUnixNano)) \(event.name)" + (text.isEmpty ? "" : "  " + text))
        }
        return shown + more(span.events.count, "event") + dropped(span.droppedEventsCount, "event")
    }

    private var linkLines: [Line] {
        let shown = span.links.prefix(Self.listedMax).map { link in
            let target =
                link.traceID == span.traceID ? "this trace" : "trace \(hexadecimal(link.traceID))"
            let text = link.attributes.summaryText(separator: " ")
            return Line(
                text: "→ \(target), span \(hexadecimal(link.spanID))" + (text.isEmpty ? "" : "  " + text))
        }
        return shown + more(span.links.count, "link") + dropped(span.droppedLinksCount, "link")
    }

    /// Time since the span's start, with its sign.
    private func offset(of time: UInt64) -> String {
        let start = span.startTimeUnixNano
        return time >= start
            ? "+" + HumanUnits.duration(Int64(clamping: time - start))
            : "-" + HumanUnits.duration(Int64(clamping: start - time))
    }

    private func more(_ count: Int, _ noun: String) -> [Line] {
        guard count > Self.listedMax else { return [] }
        return [
            Line(
                text:
                    "… \(HumanUnits.count(count - Self.listedMax, "more \(noun)")) (--format json lists all)")
        ]
    }

    private func dropped(_ count: UInt32, _ noun: String) -> [Line] {
        count == 0 ? [] : [Line(text: "… \(HumanUnits.count(Int(count), noun)) dropped by the sender")]
    }
}
