import Testing

@testable import Telemetry

@Suite("A JSON document is read as it was written")
struct JSONNodeParsingTests {
    @Test(
        "values of all kinds",
        arguments: [
            "true", "-12", "0.25", "\"a \\\"b\\\" \u{e9}\"", "[]", "{}", "[1,[2,{\"a\":[false]}],\"x\"]",
            "{\"a\":{\"b\":1},\"c\":[]}",
        ])
    func roundTrip(text: String) { #expect(JSONNode(parsing: text)?.text == text) }

    @Test(
        "what is no document is none",
        arguments: ["", "{", "[1,]", "{\"a\"}", "tru", "1 2", "\"open", String(repeating: "[", count: 40)])
    func broken(text: String) { #expect(JSONNode(parsing: text) == nil) }
}
