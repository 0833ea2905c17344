/// Finds which span of a trace a request was waiting for at each moment.
///
/// Backwards from the end of the request: of the children that were running, the one that ended last is what was
/// waited for, up to its start; what no child covers is the span's own. The pieces add up to the request's duration
/// exactly. What runs on after its parent, or began before it, counts as far as the parent runs.
///
/// For many traces one after the other: keeps its memory.
struct CriticalPath {
    private static let none = Int32(-1)

    /// A span of one trace, or of what is stored of it.
    struct TimedSpan: Sendable {
        var start: UInt64
        /// Not before the start.
        var end: UInt64
        /// The place of its parent among these; -1 for a span without a parent here.
        var parent: Int32
    }

    /// A span that is being walked through, from its end to its start.
    private struct Visit {
        let span: Int32
        let from: UInt64
        /// What lies after it is accounted for.
        var time: UInt64
        /// The next child to look at; they come by their ends, the last first.
        var child: Int32
    }

    /// How spans lie in each other: one list in place of three, as traces are short, and looking after lists takes longer
    /// than what is in them.
    private struct Link {
        /// By place: the span that comes there by its end.
        var ordered: Int32
        /// By span.
        var firstChild = none
        var nextSibling = none
    }

    private var links: [Link] = []
    private var visits: [Visit] = []

    /// Gives the pieces of a span's time, the last first.
    /// - Parameter piece: is told which span it was, and from when to when
    mutating func walk(
        _ spans: Span<TimedSpan>, from root: Int, _ piece: (_ span: Int, _ from: UInt64, _ to: UInt64) -> Void
    ) {
        link(spans)
        visits.removeAll(keepingCapacity: true)
        visits.append(
            Visit(
                span: Int32(root), from: spans[root].start, time: spans[root].end,
                child: links[root].firstChild))
        while var visit = visits.popLast() {
            var next: Visit?
            while visit.child != Self.none, next == nil {
                let child = Int(visit.child)
                visit.child = links[child].nextSibling
                // A circle of parents leads back to where the walk began, and nowhere else.
                guard child != root else { continue }
                let end = min(spans[child].end, visit.time)
                let start = max(spans[child].start, visit.from)
                guard start < end else { continue }
                if end < visit.time { piece(Int(visit.span), end, visit.time) }
                visit.time = start
                next = Visit(span: Int32(child), from: start, time: end, child: links[child].firstChild)
            }
            if let next {
                visits.append(visit)
                visits.append(next)
            } else if visit.from < visit.time {
                piece(Int(visit.span), visit.from, visit.time)
            }
        }
    }

    /// Makes the list of each span's children, those that end last first.
    private mutating func link(_ spans: Span<TimedSpan>) {
        links.removeAll(keepingCapacity: true)
        for span in spans.indices { links.append(Link(ordered: Int32(span))) }
        sortByEnd(spans)
        var links = links.mutableSpan
        for place in links.indices {
            let span = Int(links[place].ordered)
            let parent = Int(spans[span].parent)
            guard parent >= 0, parent != span else { continue }
            links[span].nextSibling = links[parent].firstChild
            links[parent].firstChild = Int32(span)
        }
    }

    /// Equal ends by position, so that equal traces have equal paths. Traces are mostly short and nearly in order.
    private mutating func sortByEnd(_ spans: Span<TimedSpan>) {
        if links.count > 32 {
            let ends = spans.indices.map { spans[$0].end }
            let order = ends.indices.sorted { (ends[$0], $0) < (ends[$1], $1) }
            for (place, span) in order.enumerated() { links[place].ordered = Int32(span) }
            return
        }
        var links = links.mutableSpan
        for index in 1..<max(links.count, 1) {
            let span = links[index].ordered
            var place = index
            while place > 0, spans[Int(links[place - 1].ordered)].end > spans[Int(span)].end {
                links[place].ordered = links[place - 1].ordered
                place -= 1
            }
            links[place].ordered = span
        }
    }
}
