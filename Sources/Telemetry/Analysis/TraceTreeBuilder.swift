import OTLPModel

/// Puts the spans of a trace in order; see `TraceTree`. No recursion: a trace may be a chain of any depth.
struct TraceTreeBuilder {
    private let spans: [StoredSpan]
    /// Positions in `spans`, each span id once, by start. "Rank" below is a position in this array.
    private var ranked: [Int] = []
    private var duplicates: [Int] = []
    /// By rank: the rank of the parent, or nil at the top.
    private var parents: [Int?] = []
    /// By rank, for those at the top.
    private var anchors: [TraceTreeNode.Anchor] = []
    private let intervals: [ClosedRange<UInt64>]

    init(_ spans: [StoredSpan]) {
        self.spans = spans
        intervals = spans.map(\.span.interval)
    }

    func build() -> TraceTree {
        var builder = self
        builder.rank()
        builder.resolveParents()
        builder.cutCycles()
        return TraceTree(
            spans: spans, nodes: builder.walk(), duplicates: builder.duplicates, extent: builder.extent)
    }

    private var extent: ClosedRange<UInt64>? {
        guard let first = intervals.first else { return nil }
        return intervals.dropFirst().reduce(first) {
            min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
        }
    }

    /// Orders by start, the longer first, and keeps the first of each span id.
    private mutating func rank() {
        let order = spans.indices.sorted { left, right in
            let (first, second) = (intervals[left], intervals[right])
            if first.lowerBound != second.lowerBound { return first.lowerBound < second.lowerBound }
            if first.upperBound != second.upperBound { return first.upperBound > second.upperBound }
            let (firstID, secondID) = (spans[left].span.spanID, spans[right].span.spanID)
            if firstID != secondID { return firstID.lexicographicallyPrecedes(secondID) }
            return left < right
        }
        var seen: Set<[UInt8]> = []
        for position in order {
            if seen.insert(spans[position].span.spanID).inserted {
                ranked.append(position)
            } else {
                duplicates.append(position)
            }
        }
    }

    private mutating func resolveParents() {
        var rankOfID: [[UInt8]: Int] = [:]
        for (rank, position) in ranked.enumerated() { rankOfID[spans[position].span.spanID] = rank }
        for (rank, position) in ranked.enumerated() {
            let parentID = spans[position].span.parentSpanID
            guard parentID.contains(where: { $0 != 0 }) else {
                parents.append(nil)
                anchors.append(.root)
                continue
            }
            let parent = rankOfID[parentID]
            parents.append(parent == rank ? nil : parent)
            anchors.append(parent == rank ? .ownParent : .missingParent(parentID))
        }
    }

    /// Walks up from every span; a walk that meets itself has found a circle, which is cut above its
    /// earliest span. Every span is walked over once.
    private mutating func cutCycles() {
        var walkOf = [Int](repeating: -1, count: ranked.count)
        for start in ranked.indices where walkOf[start] < 0 {
            var rank: Int? = start
            while let current = rank, walkOf[current] < 0 {
                walkOf[current] = start
                rank = parents[current]
            }
            guard let meeting = rank, walkOf[meeting] == start else { continue }
            var earliest = meeting
            var next = parents[meeting]
            while let current = next, current != meeting {
                earliest = min(earliest, current)
                next = parents[current]
            }
            parents[earliest] = nil
            anchors[earliest] = .cycle(parent: spans[ranked[earliest]].span.parentSpanID)
        }
    }

    private func walk() -> [TraceTreeNode] {
        let children = TraceTreeChildLists(parents: parents)
        var nodes: [TraceTreeNode] = []
        nodes.reserveCapacity(ranked.count)
        var waiting: [Visit] = []
        let tops = ranked.indices.filter { parents[$0] == nil }
        for (position, rank) in tops.enumerated().reversed() {
            waiting.append(Visit(rank: rank, depth: 0, parentNode: nil, isLast: position == tops.count - 1))
        }
        while let visit = waiting.popLast() {
            let own = children[visit.rank]
            nodes.append(node(for: visit, children: own))
            for rank in own.reversed() {
                waiting.append(
                    Visit(
                        rank: rank, depth: visit.depth + 1, parentNode: nodes.count - 1,
                        isLast: rank == own.last))
            }
        }
        return nodes
    }

    private func node(for visit: Visit, children: ArraySlice<Int>) -> TraceTreeNode {
        let interval = intervals[ranked[visit.rank]]
        var lead: UInt64 = 0
        var overrun: UInt64 = 0
        if let parent = parents[visit.rank] {
            let outer = intervals[ranked[parent]]
            lead = outer.lowerBound - min(outer.lowerBound, interval.lowerBound)
            overrun = max(outer.upperBound, interval.upperBound) - outer.upperBound
        }
        return TraceTreeNode(
            span: ranked[visit.rank], depth: visit.depth,
            anchor: visit.parentNode.map { .child(of: $0) } ?? anchors[visit.rank],
            isLastSibling: visit.isLast, childCount: children.count,
            durationNanos: Int64(clamping: interval.upperBound - interval.lowerBound),
            selfNanos: uncovered(interval, by: children), leadNanos: lead, overrunNanos: overrun)
    }

    /// Nanoseconds of an interval that no child covers. Children come by start, so one pass will do.
    private func uncovered(_ interval: ClosedRange<UInt64>, by children: ArraySlice<Int>) -> Int64 {
        var free: UInt64 = 0
        var covered = interval.lowerBound
        for rank in children {
            let child = intervals[ranked[rank]].clamped(to: interval)
            if child.lowerBound > covered { free += child.lowerBound - covered }
            covered = max(covered, child.upperBound)
        }
        return Int64(clamping: free + (interval.upperBound - covered))
    }

    /// A span that waits to be visited.
    private struct Visit {
        let rank: Int
        let depth: Int
        let parentNode: Int?
        let isLast: Bool
    }
}
