import TestSupport
import Testing

@testable import Telemetry

@Suite("The critical path of a request")
struct CriticalPathTests {
    /// A span as the tests write it: its parent's position, start and end.
    private typealias Row = (parent: Int, start: UInt64, end: UInt64)

    private struct Piece: Hashable {
        var span: Int
        var from: UInt64
        var to: UInt64

        init(_ span: Int, _ from: UInt64, _ to: UInt64) {
            self.span = span
            self.from = from
            self.to = to
        }
    }

    private func path(_ rows: [Row], from root: Int = 0) -> [Piece] {
        let spans = rows.map {
            CriticalPath.TimedSpan(start: $0.start, end: $0.end, parent: Int32($0.parent))
        }
        var pieces: [Piece] = []
        var walk = CriticalPath()
        walk.walk(spans.span, from: root) {
            pieces.append(Piece($0, $1, $2))
        }
        return pieces.reversed()
    }

    @Test("a span without children is all its own") func alone() {
        #expect(path([(-1, 5, 9)]) == [Piece(0, 5, 9)])
        #expect(path([(-1, 5, 5)]).isEmpty, "no time, no piece")
    }

    @Test("children one after the other are on it, and what lies between is the parent's") func serial() {
        let rows: [Row] = [(-1, 0, 100), (0, 10, 30), (0, 40, 90)]
        #expect(
            path(rows) == [
                Piece(0, 0, 10), Piece(1, 10, 30), Piece(0, 30, 40), Piece(2, 40, 90), Piece(0, 90, 100),
            ])
    }

    @Test("of children side by side the one that ends last counts, and before its start the others")
    func parallel() {
        let rows: [Row] = [(-1, 0, 100), (0, 0, 60), (0, 20, 80), (0, 30, 50)]
        #expect(path(rows) == [Piece(1, 0, 20), Piece(2, 20, 80), Piece(0, 80, 100)])
    }

    @Test("grandchildren take their part of a child's time") func nested() {
        let rows: [Row] = [(-1, 0, 100), (0, 10, 90), (1, 20, 40), (1, 50, 90)]
        #expect(
            path(rows) == [
                Piece(0, 0, 10), Piece(1, 10, 20), Piece(2, 20, 40), Piece(1, 40, 50), Piece(3, 50, 90),
                Piece(0, 90, 100),
            ])
    }

    @Test("what runs on after its parent, or began before it, counts as far as the parent runs")
    func outside() {
        let rows: [Row] = [(-1, 50, 100), (0, 90, 200), (0, 10, 60), (0, 300, 400)]
        #expect(path(rows) == [Piece(2, 50, 60), Piece(0, 60, 90), Piece(1, 90, 100)])
    }

    @Test("it can begin at any span, and circles of parents end") func anywhere() {
        #expect(path([(-1, 0, 100), (0, 10, 90), (1, 20, 40)], from: 1).first == Piece(1, 10, 20))
        #expect(path([(1, 0, 100), (0, 10, 90)]) == [Piece(0, 0, 10), Piece(1, 10, 90), Piece(0, 90, 100)])
        #expect(path([(0, 0, 100)]) == [Piece(0, 0, 100)], "its own parent")
    }

    @Test(
        "the pieces of traces of any shape add up to the request, without gap or overlap", arguments: 0..<200)
    func whole(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = seed % 3 == 0 ? 60 : 1 + seed % 12
        var rows: [Row] = [(-1, 1_000, 1_000 + UInt64.random(in: 0...500, using: &generator))]
        for span in 1..<max(count, 2) {
            let start = UInt64.random(in: 900...1_500, using: &generator)
            rows.append(
                (
                    Int.random(in: -1..<span, using: &generator), start,
                    start + UInt64.random(in: 0...300, using: &generator)
                ))
        }
        let pieces = path(rows)
        var time = rows[0].start
        for piece in pieces {
            #expect(piece.from == time && piece.from < piece.to)
            #expect(rows[piece.span].start <= piece.from && piece.to <= rows[piece.span].end)
            time = piece.to
        }
        #expect(time == rows[0].end)
    }
}
