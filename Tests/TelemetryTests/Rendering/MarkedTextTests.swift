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

    @Test(
        "of a text of any length the part that is marked is there",
        arguments: [0, 1, 50, 399, 400, 50_000, 99_996])
    func long(place: Int) throws {
        var text = Array(repeating: Character("a"), count: 100_000)
        text.replaceSubrange(place..<place + 4, with: "MARK")
        let marked = MarkedText(label: "x=", text: String(text), place: place..<place + 4, width: 100)
        #expect(DisplayWidth.columns(marked.line) <= 100)
        let marks = Array(try #require(marked.marks))
        let line = Array(marked.line)
        #expect(String(marks.indices.filter { marks[$0] == "^" }.map { line[$0] }) == "MARK")
        #expect(marked.line.hasPrefix("x=…") == (place > 32))
        #expect(marked.line.hasSuffix("…") == (place < 99_000))
    }

    @Test("a secret of any length is hidden, wherever the line is cut")
    func longSecret() {
        let text =
            "https://user:" + String(repeating: "s", count: 5000) + "@host,"
            + String(repeating: "a", count: 5000)
        for place in [0..<8, 8..<5013, 3000..<3001, 5014..<5018, 9000..<9001] {
            let marked = MarkedText(label: "", text: text, place: place, hiding: [8..<5013], width: 100)
            #expect(!marked.line.contains("ss"))
            #expect(marked.line.contains("REDACTED") == (place.lowerBound < 9000))
            #expect(marked.marks?.contains("^") == true)
        }
    }
}
