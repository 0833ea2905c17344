import Telemetry
import Testing

@Suite("Text from strangers is safe to print and takes the room it takes")
struct DisplayTextTests {
    @Test(
        "what acts on a terminal is written as what it is",
        arguments: [
            ("plain", "plain"), ("\u{1b}[2J", "\\x1b[2J"), ("\u{1b}]52;c;eA==\u{7}", "\\x1b]52;c;eA==\\x07"),
            ("a\r\nb\tc\0", "a\\r\\nb\\tc\\x00"), ("\u{9b}31m", "\\x9b31m"), ("\u{7f}", "\\x7f"),
            ("\u{202e}txt.exe", "‹U+202E›txt.exe"),
            ("\u{2066}\u{2069}\u{200e}\u{61c}", "‹U+2066›‹U+2069›‹U+200E›‹U+061C›"),
            ("a\u{200d}b\u{200b}\u{feff}", "a‹U+200D›b‹U+200B›‹U+FEFF›"),
            ("\u{2028}\u{2029}", "‹U+2028›‹U+2029›"),
            ("\u{e0041}", "‹U+E0041›"), ("\u{3164}", "‹U+3164›"), ("é 模块 🚀 ß", "é 模块 🚀 ß"),
        ])
    func escapes(text: String, expected: String) {
        #expect(DisplayText.escaped(text) == expected)
    }

    @Test(
        "columns on a terminal",
        arguments: [
            ("abc", 3), ("", 0), ("模块", 4), ("e\u{301}", 1), ("é", 1), ("🚀", 2), ("👩🏽", 2), ("🇩🇪", 2),
            ("한국", 4),
            ("\u{1112}\u{1161}\u{11ab}", 2), ("ｱ", 1), ("Ａ", 2), ("☃", 1), ("☃\u{fe0f}", 2), ("…", 1),
            ("█", 1),
        ])
    func columns(text: String, expected: Int) {
        #expect(DisplayWidth.columns(text) == expected)
    }

    @Test("cutting the middle never exceeds the width and keeps both ends")
    func truncation() {
        let path = "/github.com/gin-gonic/gin/@v/v1.9.1.zip"
        #expect(DisplayWidth.truncatingMiddle(path, to: 20) == "/github.c…v1.9.1.zip")
        #expect(DisplayWidth.truncatingMiddle(path, to: 100) == path)
        for text in [path, "模块代理路径模块代理路径", "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}"] {
            for width in 0...12 {
                #expect(DisplayWidth.columns(DisplayWidth.truncatingMiddle(text, to: width)) <= width)
                #expect(DisplayWidth.columns(DisplayWidth.truncatingEnd(text, to: width)) <= width)
            }
        }
        #expect(DisplayWidth.padded("模", to: 4) == "模  ")
        #expect(DisplayWidth.padded("模", to: 4, right: true) == "  模")
    }

    @Test(
        "durations for people",
        arguments: [
            (0, "0 ns"), (999, "999 ns"), (1000, "1.000 µs"), (12_344, "12.34 µs"), (12_345, "12.35 µs"),
            (9_999_499, "9.999 ms"), (9_999_500, "10.00 ms"), (99_995_000, "100.0 ms"),
            (999_949, "999.9 µs"), (999_950, "1.000 ms"), (1_234_567, "1.235 ms"),
            (999_949_999, "999.9 ms"), (999_999_999, "1.000 s"), (1_234_567_890, "1.235 s"),
            (18_969_000_000, "18.97 s"), (59_994_999_999, "59.99 s"), (59_995_000_000, "1m00.0s"),
            (66_449_000_000, "1m06.4s"), (66_450_000_000, "1m06.5s"), (599_949_000_000, "9m59.9s"),
            (599_950_000_000, "10m00s"), (3_599_500_000_000, "1h00m"), (3_725_000_000_000, "1h02m"),
            (86_370_000_000_000, "1d00h"), (187_200_000_000_000, "2d04h"), (-1_500_000, "-1.500 ms"),
            (.max, "106752d00h"), (.min, "-106752d00h"),
        ])
    func humanDurations(nanoseconds: Int64, expected: String) {
        #expect(HumanUnits.duration(nanoseconds) == expected)
    }

    @Test("milliseconds are exact decimals")
    func milliseconds() {
        #expect(HumanUnits.milliseconds(0) == "0")
        #expect(HumanUnits.milliseconds(1) == "0.000001")
        #expect(HumanUnits.milliseconds(1_500_000) == "1.5")
        #expect(HumanUnits.milliseconds(.max) == "9223372036854.775807")
        #expect(HumanUnits.milliseconds(.min) == "-9223372036854.775808")
    }

    @Test("sizes and counts")
    func sizes() {
        #expect(HumanUnits.bytes(1023) == "1023 bytes")
        #expect(HumanUnits.bytes(31_234_567) == "29.8 MiB")
        #expect(HumanUnits.count(1_234_567) == "1,234,567")
        #expect(HumanUnits.count(-123) == "-123")
        #expect(HumanUnits.count(1, "span") == "1 span")
    }
}
