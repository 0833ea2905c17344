import Telemetry
import Testing

@Suite("Prose is wrapped to the terminal")
struct LineWrapTests {
    @Test("lines break at spaces, and those that continue are indented")
    func breaks() {
        #expect(LineWrap.lines("one two three four", width: 9) == ["one two", "  three", "  four"])
        #expect(LineWrap.lines("one two", width: 7) == ["one two"])
        #expect(LineWrap.lines("  listed id\nnext", width: 9) == ["  listed", "    id", "next"])
        #expect(LineWrap.lines("", width: 9) == [""])
    }

    @Test("in a pipe nothing is broken, and nowhere is a word")
    func whole() {
        let text = "no database at /a/very/long/path/telemetry.db"
        #expect(LineWrap.lines(text, width: nil) == [text])
        #expect(
            LineWrap.lines(text, width: 15) == ["no database at", "  /a/very/long/path/telemetry.db"])
    }

    @Test("wide characters count as what they take")
    func wide() {
        #expect(LineWrap.lines("模块 下载", width: 8) == ["模块", "  下载"])
    }
}
