import Testing

@testable import Telemetry

@Suite("1.3: GOPRIVATE and its kind name modules by the first elements of their paths")
struct ModulePatternListTests {
    @Test(
        "1.3: a glob with n slashes is held against the first n + 1 elements",
        arguments: [
            ("github.com/organization", "github.com/organization/repository/v2", true),
            ("github.com/organization", "github.com/organization", true),
            ("github.com/organization", "github.com/organizations/x", false),
            ("github.com/organization", "github.com", false), ("*", "rsc.io/quote", true),
            ("*.corp.example.com", "git.corp.example.com/x/y", true),
            ("*.corp.example.com", "corp.example.com/x", false), ("github.com/*", "github.com", false),
            ("github.com/*/private", "github.com/a/private/b", true),
            ("github.com/*/private", "github.com/a/b/private", false),
            ("a.com,b.com", "b.com/x", true), (",,b.com,", "b.com/x", true), ("a.com/", "a.com/x", true),
            ("a.com, b.com", "b.com/x", false), ("a.com,[b", "b.com", false), ("[b,a.com", "a.com/x", true),
            ("", "a.com/x", false), ("none", "a.com/x", false),
        ])
    func matches(list: String, module: String, expected: Bool) {
        #expect(ModulePatternList(list).matches(module) == expected)
    }

    @Test("each pattern knows its place, and whether it can match at all")
    func places() {
        let patterns = ModulePatternList("a.com, b.com,,[x").patterns
        #expect(patterns.map(\.place) == [0..<5, 6..<12, 13..<13, 14..<16])
        #expect(patterns.map(\.isSpaced) == [false, true, false, false])
        #expect(patterns.map(\.isEmpty) == [false, false, true, false])
        #expect(patterns.map(\.isBroken) == [false, false, false, true])
    }

    @Test(
        "whether one list covers the patterns of another",
        arguments: [
            ("a.com", "a.com", true), ("a.com", "a.com/x", true), ("a.com/x", "a.com", false),
            ("*.a.com", "git.a.com/x", true), ("*", "*.a.com", true), ("*.a.com", "*.b.a.com", false),
            ("a.com/*", "a.com/x/y", true), ("b.com,a.com", "a.com/*", true), ("", "a.com", false),
        ])
    func covers(list: String, pattern: String, expected: Bool) throws {
        let other = try #require(ModulePatternList(pattern).patterns.first)
        #expect(ModulePatternList(list).covers(other) == expected)
    }
}
