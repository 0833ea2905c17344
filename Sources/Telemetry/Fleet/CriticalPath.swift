/// Finds which span of a trace a request was waiting for at each moment.
///
/// Backwards from the end of the request: of the children that were running, the one that ended last is what was
/// waited for, up to its start; what no child covers is the span's own. The pieces add up to the request's duration
/// exactly. What runs on after its parent, or began before it, counts as far as the parent runs.
///
/// For many traces one after the other: keeps its memory.
struct CriticalPath {
    private static let none = Int32(-1)

    /// The spans of one trace, or of what is stored of it; each by its position.
    struct Spans: ~Escapable {
        let starts: Span<UInt64>
        /// Not before the start.
        let ends: Span<UInt64>
        /// -1 for a span without a parent here.
        let parents: Span<Int32>

        @_lifetime(copy starts, copy ends, copy parents)
        init(starts: Span<UInt64>, ends: Span<UInt64>, parents: Span<Int32>) {
            self.starts = starts
            self.ends = ends
            self.parents = parents
        }
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

    private var order: [Int32] = []
    private var firstChild: [Int32] = []
    private var nextSibling: [Int32] = []
    private var visits: [Visit] = []

    /// Gives the pieces of a span's time, the last first.
    /// - Parameter piece: is told which span it was, and from when to when
    mutating func walk(
        _ spans: borrowing Spans, from root: Int, _ piece: (_ span: Int, _ from: UInt64, _ to: UInt64) -> Void
    ) {
        link(spans)
        visits.removeAll(keepingCapacity: true)
        visits.append(
            Visit(
                span: Int32(root), from: spans.starts[root], time: spans.ends[root], child: firstChild[root]))
        while var visit = visits.popLast() {
            var next: Visit?
            while visit.child != Self.none, next == nil {
                let child = Int(visit.child)
                visit.child = nextSibling[child]
                // A circle of parents leads back to where the walk began, and nowhere else.
                guard child != root else { continue }
                let end = min(spans.ends[child], visit.time)
                let start = max(spans.starts[child], visit.from)
                guard start < end else { continue }
                if end < visit.time { piece(Int(visit.span), end, visit.time) }
                visit.time = start
                next = Visit(span: Int32(child), from: start, time: end, child: firstChild[child])
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
    private mutating func link(_ spans: borrowing Spans) {
        let count = spans.starts.count
        order.removeAll(keepingCapacity: true)
        firstChild.removeAll(keepingCapacity: true)
        nextSibling.removeAll(keepingCapacity: true)
        for span in 0..<count {
            order.append(Int32(span))
            firstChild.append(Self.none)
            nextSibling.append(Self.none)
        }
        sortByEnd(spans)
        for span in order {
            let parent = Int(spans.parents[Int(span)])
            guard parent >= 0, parent != Int(span) else { continue }
            nextSibling[Int(span)] = firstChild[parent]
            firstChild[parent] = span
        }
    }

    /// Equal ends by position, so that equal traces have equal paths. Traces are mostly short and nearly in order.
    private mutating func sortByEnd(_ spans: borrowing Spans) {
        if order.count > 32 {
            let ends = (0..<order.count).map { spans.ends[$0] }
            order.sort { (ends[Int($0)], $0) < (ends[Int($1)], $1) }
            return
        }
        for index in 1..<max(order.count, 1) {
            let span = order[index]
            var place = index
            while place > 0, spans.ends[Int(order[place - 1])] > spans.ends[Int(span)] {
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = span
        }
    }
}
