package import OTLPModel

/// The spans of one trace, put in order: parents before children, siblings by start.
///
/// Nothing that a sender can do loses a span or makes the work more than n log n: parents that are
/// missing, that name themselves or that go round in a circle, ids that occur twice, chains of any
/// depth and stars of any width.
package struct TraceTree: Sendable {
    /// As they were given.
    package let spans: [StoredSpan]
    /// In the order in which a tree is read from top to bottom; each span id once.
    package let nodes: [TraceTreeNode]
    /// Positions in `spans` of those whose id occurred before; the earliest of an id has a node.
    package let duplicates: [Int]
    /// Earliest start and latest end, as sent; nil for no spans.
    package let extent: ClosedRange<UInt64>?

    package init(_ spans: [StoredSpan]) {
        self = TraceTreeBuilder(spans).build()
    }

    init(spans: [StoredSpan], nodes: [TraceTreeNode], duplicates: [Int], extent: ClosedRange<UInt64>?) {
        self.spans = spans
        self.nodes = nodes
        self.duplicates = duplicates
        self.extent = extent
    }

    package func span(of node: TraceTreeNode) -> StoredSpan { spans[node.span] }

    /// The time that a drawing covers: all spans, unless clocks are so wrong that the roots would be too
    /// small to see; then the roots alone. Nil for no spans.
    package var drawingRange: ClosedRange<UInt64>? {
        guard let extent else { return nil }
        let roots = nodes.lazy.filter { $0.anchor == .root }.map { spans[$0.span].span.interval }
        guard var range = roots.first else { return extent }
        for root in roots {
            range = min(range.lowerBound, root.lowerBound)...max(range.upperBound, root.upperBound)
        }
        let rootLength = max(1, range.upperBound - range.lowerBound)
        let whole = extent.upperBound - extent.lowerBound
        return whole / rootLength >= Self.shrinkLimit ? range : extent
    }

    /// At a twentieth of the width, a bar of an 80-column terminal is one character.
    private static let shrinkLimit: UInt64 = 20

    /// `service.name`s, each once, in the order of their first span.
    package var services: [String] {
        var seen: Set<String> = []
        return nodes.lazy.map { spans[$0.span].service }.filter { seen.insert($0).inserted }
    }

    /// How many spans say that they failed.
    package var errorCount: Int {
        nodes.reduce(0) { $0 + (spans[$1.span].span.status.code == .error ? 1 : 0) }
    }

    /// What a reader of the tree has to know about it.
    package var notes: [QualityNote] {
        var notes: [QualityNote] = []
        let orphans = nodes.count { if case .missingParent = $0.anchor { true } else { false } }
        if orphans > 0 {
            notes.append(
                QualityNote(
                    code: "orphans",
                    message:
                        "\(HumanUnits.count(orphans, "span")) at the top level: the parent is not stored "
                        + "(not sent, not sampled, still open, or not a part of this system)"))
        }
        let outside = nodes.count(where: \.isOutsideParent)
        if outside > 0 {
            notes.append(
                QualityNote(
                    code: "skew",
                    message: "\(HumanUnits.count(outside, "span")) outside the time of the parent: clocks "
                        + "differ between nodes, or work went on after the answer"))
        }
        let cycles = nodes.count {
            switch $0.anchor {
            case .ownParent, .cycle: true
            case .root, .child, .missingParent: false
            }
        }
        if cycles > 0 {
            notes.append(
                QualityNote(
                    code: "cycle",
                    message:
                        "\(HumanUnits.count(cycles, "circle")) of parents cut: the sender's ids are wrong"))
        }
        if !duplicates.isEmpty {
            notes.append(
                QualityNote(
                    code: "duplicate_span_id",
                    message: "\(HumanUnits.count(duplicates.count, "span")) with an id that occurred before: "
                        + "drawn once, listed in full in the data formats"))
        }
        return notes
    }
}

extension Span {
    /// Start to end, as sent; an end before the start counts as the start.
    package var interval: ClosedRange<UInt64> {
        startTimeUnixNano...max(startTimeUnixNano, endTimeUnixNano)
    }
}
