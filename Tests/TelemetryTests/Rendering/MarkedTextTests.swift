import Testing

@testable import Telemetry

@Suite("A part of a text is marked on the line below it")
struct MarkedTextTests {
    @Test(
        "carets stand under the part, one where it is empty",
        arguments: [
            (2..<4, "    ^^"), (0..<6, "  ^^^^^^"), (3..<3, "     ^"), (6..<6, "        ^"),
        ])
    func places(place: Range<Int>, marks: String) {
        let marked = MarkedText(label: "x=", text: "abcdef", place: place)
        #expect(marked.line == "x=abcdef")
        #expect(marked.marks == marks)
    }

    @Test("nothing is marked without a place")
    func noPlace() {
        #expect(MarkedText(label: "x=", text: "abc", place: nil).marks == nil)
    }

    @Test("what is hidden does not show, and what is marked behind it stays in its place")
    func hidden() {
        let marked = MarkedText(label: "", text: "user:pw@host", place: 8..<12, hiding: [0..<7])
        #expect(marked.line == "REDACTED@host")
        #expect(marked.marks == "         ^^^^")
    }

    @Test("wide and steering characters take the columns that they are shown in")
    func wide() {
        let marked = MarkedText(label: "", text: "界\u{1b}ab", place: 2..<4)
        #expect(marked.line == "界\\x1bab")
        #expect(marked.marks == "      ^^")
    }

    @Test("in a narrow terminal the part that is marked is there", arguments: [20, 30, 50])
    func narrow(width: Int) throws {
        let text = String(repeating: "a", count: 80) + "MARK" + String(repeating: "b", count: 80)
        let marked = MarkedText(label: "x=", text: text, place: 80..<84, width: width)
        #expect(DisplayWidth.columns(marked.line) <= max(width, 22))
        let marks = Array(try #require(marked.marks))
        let line = Array(marked.line)
        let shown = marks.indices.filter { marks[$0] == "^" }.map { line[$0] }
        #expect(String(shown) == "MARK")
    }
}
