import Testing

@testable import Telemetry

@Suite("Patterns match as Go's path.Match does")
struct PathPatternTests {
    @Test(
        "what matches, and what does not",
        arguments: [
            ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true),
            ("a*", "abc", true), ("a*", "ab/c", false), ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", true), ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
            ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false), ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("a*b?c*x", "abxbbxdbxebxczzy", false), ("ab[c]", "abc", true), ("ab[b-d]", "abc", true),
            ("ab[e-g]", "abc", false), ("ab[^c]", "abc", false), ("ab[^b-d]", "abc", false),
            ("ab[^e-g]", "abc", true), ("a\\*b", "a*b", true), ("a\\*b", "ab", false), ("a?b", "a☺b", true),
            ("a[^a]b", "a☺b", true), ("a???b", "a☺b", false), ("[a-ζ]*", "α", true), ("*[a-ζ]", "A", false),
            ("a?b", "a/b", false), ("a*b", "a/b", false), ("[\\]a]", "]", true), ("[\\-]", "-", true),
            ("[x\\-]", "x", true), ("[x\\-]", "-", true), ("[x\\-]", "z", false), ("[\\-x]", "a", false),
            ("*x", "xxx", true), ("", "", true), ("", "a", false), ("**", "abc", true), ("[d-b]", "c", false),
        ])
    func matches(pattern: String, text: String, expected: Bool) throws {
        #expect(try #require(PathPattern(pattern)).matches(text) == expected)
    }

    @Test(
        "broken patterns are none",
        arguments: ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a[", "[\\"])
    func broken(pattern: String) {
        #expect(PathPattern(pattern) == nil)
    }

    @Test("a pattern of many stars takes no time on what it does not match")
    func stars() throws {
        let pattern = try #require(PathPattern(String(repeating: "a*", count: 200) + "b"))
        #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
    }
}
