import OTLPModel
import Telemetry
import Testing

@Suite("A trace becomes a tree")
struct TraceTreeTests {
    private func names(_ tree: TraceTree) -> [String] {
        tree.nodes.map { String(repeating: ".", count: $0.depth) + tree.span(of: $0).span.name }
    }

    @Test("parents come before children, siblings by start")
    func order() {
        let tree = TraceTree([
            SampleTrace.span(3, parent: 1, "late", from: 50, to: 60),
            SampleTrace.span(4, parent: 2, "leaf", from: 12, to: 13),
            SampleTrace.span(2, parent: 1, "early", from: 10, to: 20),
            SampleTrace.span(1, "root", from: 0, to: 100),
        ])
        #expect(names(tree) == ["root", ".early", "..leaf", ".late"])
        #expect(tree.nodes.map(\.anchor) == [.root, .child(of: 0), .child(of: 1), .child(of: 0)])
        #expect(tree.nodes.map(\.isLastSibling) == [true, false, true, true])
        #expect(tree.notes.isEmpty)
    }

    @Test("no spans give no tree")
    func empty() {
        let tree = TraceTree([])
        #expect(tree.nodes.isEmpty)
        #expect(tree.extent == nil)
        #expect(tree.drawingRange == nil)
    }

    @Test("self time is what no child covers, however children overlap or stick out")
    func selfTime() {
        let tree = TraceTree([
            SampleTrace.span(1, "root", from: 0, to: 100),
            SampleTrace.span(2, parent: 1, from: 10, to: 30),
            SampleTrace.span(3, parent: 1, from: 20, to: 40),
            SampleTrace.span(4, parent: 1, from: 22, to: 25),
            SampleTrace.span(5, parent: 1, from: 90, to: 150),
            SampleTrace.span(6, parent: 1, from: 200, to: 300),
        ])
        #expect(tree.nodes[0].selfNanos == 60_000_000)
        #expect(tree.nodes[1].selfNanos == 20_000_000)
    }

    @Test("an end before the start is a duration of 0")
    func backwards() {
        let tree = TraceTree([SampleTrace.span(1, from: 10, to: 5)])
        #expect(tree.nodes[0].durationNanos == 0)
        #expect(tree.nodes[0].selfNanos == 0)
    }

    @Test("a span whose parent is not stored stands at the top and names the parent")
    func orphan() {
        let tree = TraceTree([
            SampleTrace.span(1, "root", from: 0, to: 10),
            SampleTrace.span(2, parent: 99, "lost", from: 5, to: 6),
        ])
        #expect(names(tree) == ["root", "lost"])
        #expect(tree.nodes[1].anchor == .missingParent(SpanID(rawValue: 99).bytes))
        #expect(tree.notes.map(\.code) == ["orphans"])
    }

    @Test("hostile 55: circles of parents are cut above their earliest span, and nothing is lost")
    func cycles() {
        let tree = TraceTree([
            SampleTrace.span(1, parent: 1, "self", from: 0, to: 1),
            SampleTrace.span(2, parent: 4, "a", from: 10, to: 11),
            SampleTrace.span(3, parent: 2, "b", from: 8, to: 9),
            SampleTrace.span(4, parent: 3, "c", from: 12, to: 13),
            SampleTrace.span(5, parent: 4, "hangs on it", from: 14, to: 15),
        ])
        #expect(names(tree) == ["self", "b", ".c", "..a", "..hangs on it"])
        #expect(tree.nodes[0].anchor == .ownParent)
        #expect(tree.nodes[1].anchor == .cycle(parent: SpanID(rawValue: 2).bytes))
        #expect(tree.notes.map(\.code).contains("cycle"))
    }

    @Test("an id that occurs twice has one node, and the other span is not lost")
    func duplicates() {
        let tree = TraceTree([
            SampleTrace.span(1, "second", from: 5, to: 6), SampleTrace.span(1, "first", from: 0, to: 10),
            SampleTrace.span(2, parent: 1, "child", from: 1, to: 2),
        ])
        #expect(names(tree) == ["first", ".child"])
        #expect(tree.duplicates.map { tree.spans[$0].span.name } == ["second"])
        #expect(tree.notes.map(\.code) == ["duplicate_span_id"])
    }

    @Test("a child outside its parent's time is marked with how much")
    func skew() {
        let tree = TraceTree([
            SampleTrace.span(1, from: 100, to: 200), SampleTrace.span(2, parent: 1, from: 90, to: 150),
            SampleTrace.span(3, parent: 1, from: 120, to: 205),
        ])
        #expect(tree.nodes[1].leadNanos == 10_000_000)
        #expect(tree.nodes[2].overrunNanos == 5_000_000)
        #expect(tree.drawingRange == SampleTrace.time(90)...SampleTrace.time(205))
        #expect(tree.notes.map(\.code) == ["skew"])
    }

    @Test("one clock that is years off does not shrink the drawing to nothing")
    func absurdClock() {
        let tree = TraceTree([
            SampleTrace.span(1, from: 0, to: 100),
            SampleTrace.span(2, parent: 1, from: 0, to: 50) { span in
                span.startTimeUnixNano = 0
                span.endTimeUnixNano = 1
            },
            SampleTrace.span(3, parent: 1, from: 0, to: 50) { $0.endTimeUnixNano = .max },
        ])
        #expect(tree.drawingRange == SampleTrace.time(0)...SampleTrace.time(100))
        #expect(tree.nodes.count == 3)
    }

    @Test("hostile 55: a chain of 10,000 spans and a star of 100,000 need no stack")
    func large() {
        let chain = (UInt64(1)...10_000).map { chained($0, to: $0 == 1 ? nil : $0 - 1) }
        let deep = TraceTree(chain.reversed())
        #expect(deep.nodes.last?.depth == 9999)
        let star = (UInt64(1)...100_000).map { chained($0, to: $0 == 1 ? nil : 1) }
        #expect(TraceTree(star).nodes[0].childCount == 99_999)
        let circle = (UInt64(1)...10_000).map { chained($0, to: $0 % 10_000 + 1) }
        #expect(TraceTree(circle).nodes.count == 10_000)
    }

    private func chained(_ id: UInt64, to parent: UInt64?) -> StoredSpan {
        SampleTrace.span(id, parent: parent, from: Double(id) / 100_000, to: 20)
    }
}
