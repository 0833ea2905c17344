import TestSupport
import Testing

@testable import Telemetry

@Suite("What is in a request instead of items", .timeLimit(.minutes(15)))
struct UnknownContentTests {
    private func unknown(_ json: String, _ signal: Signal = .traces) -> UnknownContent? {
        let body = Array(json.utf8)
        return UnknownContent.first(inJSON: body.span, of: signal)
    }

    private func unknown(_ body: [UInt8]) -> UnknownContent? {
        UnknownContent.first(inProtobuf: body.span, of: .traces)
    }

    @Test(
        "the first key that OTLP does not have, with what was probably meant",
        arguments: [
            (#"{"resourcespans":[]}"#, "resourcespans", "the request", "resourceSpans"),
            (#"{"ResourceSpans":[]}"#, "ResourceSpans", "the request", "resourceSpans"),
            (#"{"resourceSpan":{}}"#, "resourceSpan", "the request", "resourceSpans"),
            (#"{"resourceSpans":[{}],"x":1}"#, "x", "the request", "resourceSpans"),
            (#"{"resource_spans":[{"scope_span":[]}]}"#, "scope_span", "resourceSpans", "scopeSpans"),
            (#"{"resourceSpans":[null,{"Resource":{}}]}"#, "Resource", "resourceSpans", "resource"),
            (#"{"resourceSpans":[{"spans":[{}]}]}"#, "spans", "resourceSpans", "scopeSpans"),
            (#"{"resourceSpans":[{"scopeSpans":[{"span":[]}]}]}"#, "span", "scopeSpans", "spans"),
            (
                #"{"resourceSpans":[{"scopeSpans":[{"schema_urls":""}]}]}"#, "schema_urls", "scopeSpans",
                "schemaUrl"
            ),
        ])
    func keys(json: String, name: String, place: String, meant: String) throws {
        let found = try #require(unknown(json))
        #expect(found.name == name)
        #expect(found.place == place)
        #expect(found.meant == meant)
    }

    @Test(
        "nothing in what is empty or null, or is no JSON",
        arguments: [
            "{}", #"{"resourceSpans":null,"x":null}"#,
            #"{"resourceSpans":[{"resource":{"x":1},"schemaUrl":""}]}"#,
            #"{"resourceSpans":[{"scopeSpans":[{"scope":{},"spans":[{"x":1}]}]}]}"#, "", "[]", "{",
            #"{"resourceSpans":1}"#,
        ])
    func nothing(json: String) {
        #expect(unknown(json) == nil)
    }

    @Test("a long key is cut", arguments: [63, 64, 65])
    func longKeys(length: Int) {
        let key = String(repeating: "k", count: length)
        #expect(unknown("{\"\(key)\":1}")?.name == (length <= 64 ? key : key.prefix(64) + "..."))
    }

    @Test(
        "the first field that OTLP does not have",
        arguments: [
            ([0x3a, 0], "field 7", "the request"), ([0x08, 1], "field 1", "the request"),
            ([0x0a, 2, 0x22, 0], "field 4", "resourceSpans"),
            // What was called scope_spans before.
            ([0x0a, 3, 0xc2, 0x3e, 0], "field 1000", "resourceSpans"),
            ([0x0a, 4, 0x12, 2, 0x22, 0], "field 4", "scopeSpans"),
        ] as [([UInt8], String, String)])
    func fields(body: [UInt8], name: String, place: String) throws {
        let found = try #require(unknown(body))
        #expect(found.name == name)
        #expect(found.place == place)
    }

    @Test(
        "no field in what is empty, holds what OTLP has, or is no protobuf",
        arguments: [[], [0x0a, 0], [0x0a, 4, 0x0a, 0, 0x1a, 0], [0x0a, 9], [0x0a, 4, 0x12, 2, 0x12, 0]]
            as [[UInt8]])
    func noFields(body: [UInt8]) {
        #expect(unknown(body) == nil)
    }

    @Test("any number of empty lists costs a bounded number of looks")
    func bounded() {
        let many =
            #"{"resourceSpans":["# + Array(repeating: "{}", count: 5_000).joined(separator: ",")
            + #"],"x":1}"#
        #expect(unknown(many) == nil)
    }
}
