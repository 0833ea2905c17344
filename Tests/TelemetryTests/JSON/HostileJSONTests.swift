import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// JSON made to harm, and JSON that is only wrong: each is refused with line, column and path.
@Suite("hostile JSON") struct HostileJSONTests {
    struct Wrong: CustomTestStringConvertible, Sendable {
        var text: String
        var message: String
        var testDescription: String { text.count < 100 ? text : message }

        init(_ text: String, _ message: String) {
            self.text = text
            self.message = message
        }

        /// Wrong members of a span; the message goes on after the span's path.
        static func span(_ members: String, _ message: String) -> Wrong {
            Wrong(jsonOfSpan(members), "resourceSpans[0].scopeSpans[0].spans[0].\(message)")
        }
    }

    static let wrong: [Wrong] = [
        Wrong("", "json 1:1: the body ends where a value is expected"),
        Wrong("[]", "json 1:1: expected an object, found an array"),
        Wrong("null", "json 1:1: expected an object, found null"),
        Wrong("{} {}", "json 1:4: expected nothing after the outermost value"),
        Wrong("{\n\"a\": tru}", "json 2:9: a: expected true"),
        Wrong("not json", "json 1:1: expected an object, found a word that is none of JSON's"),
        Wrong("true", "json 1:1: expected an object, found true or false"),
        Wrong("{\"a\":1,}", "json 1:8: expected a key in quotes"),
        Wrong("{\"a\" 1}", "json 1:6: a: expected ':' after a key"),
        Wrong("{\"a\":1 \"b\":2}", "json 1:8: a: expected ',' or '}'"),
        Wrong("{\"a\":[1,]}", "json 1:9: a[1]: expected a value"),
        Wrong("{\"a\":[1 2]}", "json 1:9: a[0]: expected ',' or ']'"),
        Wrong("{\"a\":1]", "expected ',' or '}'"),
        Wrong("{a:1}", "expected a key in quotes"),
        Wrong("{\"a\":01}", "a malformed number"),
        Wrong("{\"a\":1.}", "a malformed number"),
        Wrong("{\"a\":-}", "a malformed number"),
        Wrong("{\"a\":1e}", "a malformed number"),
        Wrong("{\"a\":+1}", "expected a value"),
        Wrong("{\"a\":NaN}", "expected a value"),
        Wrong("{\"a\":\"x", "a string without an end"),
        Wrong("{\"a\":\"x\\", "a string without an end"),
        Wrong("{\"a\":\"x\ny\"}", "a control character in a string"),
        Wrong("{\"a\":\"\\x41\"}", "no such escape in a string"),
        Wrong("{\"a\":\"\\u12g4\"}", "expected four hex digits after \\u"),
        Wrong("{\"resourceSpans\":{}}", "json 1:18: resourceSpans: expected an array, found an object"),
        .span(#""traceId":"W47/95gDgQPSabYzgT/GDA==""#, "traceId: looks like base64; OTLP/JSON needs hex"),
        .span(#""spanId":"7uGbfsPBsXQ=""#, "spanId: looks like base64; OTLP/JSON needs hex"),
        .span(#""traceId":"W47_95gDgQPSabYzgT_GDA""#, "traceId: looks like base64; OTLP/JSON needs hex"),
        .span(#""spanId":"eee19b7ec3c1b17""#, "spanId: not an id: expected an even number of hex digits"),
        .span(#""spanId":"xyz1""#, "spanId: not an id"),
        .span(#""traceId":17"#, "traceId: expected a string, found a number"),
        .span(#""name":{}"#, "name: expected a string, found an object"),
        .span(#""kind":"SPAN_KIND_NEW""#, "kind: no span kind has that name: send its number"),
        .span(#""kind":2147483648"#, "kind: an integer outside -2147483648...2147483647"),
        .span(#""kind":1.5"#, "kind: expected an integer, found a fraction"),
        .span(#""startTimeUnixNano":-1"#, "startTimeUnixNano: an integer outside 0...18446744073709551615"),
        .span(#""startTimeUnixNano":18446744073709551616"#, "startTimeUnixNano: an integer outside"),
        .span(#""startTimeUnixNano":1e400"#, "startTimeUnixNano: an integer outside"),
        .span(#""startTimeUnixNano":"""#, "startTimeUnixNano: not an integer"),
        .span(#""startTimeUnixNano":" 1""#, "startTimeUnixNano: not an integer"),
        .span(
            #""droppedAttributesCount":4294967296"#,
            "droppedAttributesCount: an integer outside 0...4294967295"),
        .span(#""status":[]"#, "status: expected an object, found an array"),
        .span(
            #""attributes":[{"value":{"intValue":"9223372036854775808"}}]"#,
            "attributes[0].value.intValue: an integer outside"),
        .span(
            #""attributes":[{"value":{"doubleValue":1e400}}]"#,
            "attributes[0].value.doubleValue: a number beyond"),
        .span(
            #""attributes":[{"value":{"doubleValue":"nan"}}]"#,
            "attributes[0].value.doubleValue: not a number"),
        .span(
            #""attributes":[{},{"value":{"boolValue":"true"}}]"#,
            "attributes[1].value.boolValue: expected true or false, found a string"),
        .span(#""attributes":[{"value":{"bytesValue":"A"}}]"#, "attributes[0].value.bytesValue: not base64"),
        .span(
            #""attributes":[{"value":{"bytesValue":"AA=A"}}]"#, "attributes[0].value.bytesValue: not base64"),
        .span(#""attributes":[{"value":{"bytesValue":"AA=""#, "attributes[0].value.bytesValue: not base64"),
    ]

    @Test("wrong bodies are refused with what is wrong and where", arguments: wrong)
    func wrongIsRefused(sample: Wrong) throws {
        let error = try #require(throws: DecodeError.self) { try decodedJSON(sample.text) }
        #expect(error.code == .malformedJSON)
        #expect(error.message.contains(sample.message), "\(error.message)")
        #expect(error.message.hasPrefix("json "))
        #expect(!error.message.contains("\n"))
    }

    @Test("the column counts bytes from the line's beginning, the error stands at the value")
    func lineAndColumn() throws {
        let error = try #require(throws: DecodeError.self) {
            try decodedJSON("{\"resourceSpans\": [\n  {\"schemaUrl\":\n    12}]}")
        }
        #expect(error.message == "json 3:5: resourceSpans[0].schemaUrl: expected a string, found a number")
    }

    @Test("a sender's own keys are not repeated in the error")
    func keysAreNotQuoted() throws {
        let error = try #require(throws: DecodeError.self) { try decodedJSON("{\"\\u001b[2J\": x}") }
        #expect(error.message.contains("?: expected a value"))
        #expect(!error.message.contains("\u{1b}"))
    }

    @Test(
        "hostile 53: ten megabytes of brackets are refused at once",
        arguments: ["[", "{\"a\":", "{\"a\":[", "{\"resourceSpans\":["])
    func bracketBomb(unit: String) throws {
        var bomb = Array(unit.utf8)
        while bomb.count < 10 << 20 { bomb += bomb }
        let body = Array("{\"x\":".utf8) + bomb
        let error = try #require(throws: DecodeError.self) { try decodeTraceRequest(json: body.span) }
        #expect(error.code == .tooDeep)
        #expect(error.message.utf8.count < 400)
        let bare = try #require(throws: DecodeError.self) {
            try decodeTraceRequest(json: body.span.extracting(5...))
        }
        #expect([.tooDeep, .malformedJSON].contains(bare.code))
    }

    @Test("D5: values in JSON nest as deep as the limit and no deeper", arguments: [true, false])
    func depthLimitIsExact(asLists: Bool) throws {
        func body(depth: Int) -> String {
            let open = asLists ? #"{"kvlistValue":{"values":[{"value":"# : #"{"arrayValue":{"values":["#
            let close = asLists ? "}]}}" : "]}}"
            let value = String(repeating: open, count: depth - 1) + #"{"intValue":1}"#
            return jsonOfSpan(
                #""events":[{"attributes":[{"value":\#(value)\#(String(repeating: close, count: depth - 1))}]}]"#
            )
        }
        for limit in [1, 2, 64] {
            var limits = DecodeLimits()
            limits.maxDepth = limit
            let request = try decodedJSON(body(depth: limit), limits: limits)
            let event = request.resourceSpans[0].scopeSpans[0].spans[0].events[0]
            #expect(depth(of: event.attributes[0].value) == limit)
            let error = try #require(throws: DecodeError.self) {
                try decodedJSON(body(depth: limit + 1), limits: limits)
            }
            #expect(error.code == .tooDeep)
            #expect(error.message.contains("deeper than \(limit) levels"), "\(error.message)")
        }
        var limits = DecodeLimits()
        limits.maxDepth = 1_000_000
        let error = try #require(throws: DecodeError.self) {
            try decodedJSON(body(depth: 5000), limits: limits)
        }
        #expect(error.code == .tooDeep)
    }

    @Test("two million empty spans are refused before they fill the memory")
    func emptySpansAreBounded() throws {
        var body = Array(#"{"resourceSpans":[{"scopeSpans":[{"spans":["#.utf8)
        let spans = Array("{},".utf8)
        for _ in 0..<(2 << 20) { body += spans }
        let error = try #require(throws: DecodeError.self) { try decodeTraceRequest(json: body.span) }
        #expect(error.code == .tooLarge)
    }

    @Test("endless digits are refused")
    func endlessNumber() throws {
        let error = try #require(throws: DecodeError.self) {
            try decodedJSON("{\"a\":1" + String(repeating: "0", count: 1 << 20) + "}")
        }
        #expect(error.message.contains("a number of more than 4096 characters"))
    }

    @Test("a body cut at any byte is refused")
    func truncationIsRefused() {
        let body = Array(completeJSON.utf8)
        for length in 0..<body.count {
            #expect(throws: DecodeError.self, "cut at \(length)") {
                try decodeTraceRequest(json: body.span.extracting(0..<length))
            }
        }
    }

    @Test("bodies with changed bytes are read or refused")
    func mutationIsHarmless() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let original = Array(completeJSON.utf8)
        var refused = 0
        for _ in 0..<1500 {
            var body = original
            for _ in 0...Int.random(in: 0...3, using: &random) {
                body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(
                    in: 0 ... .max, using: &random)
            }
            do throws(DecodeError) {
                _ = try decodeTraceRequest(json: body.span)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 100, "seed \(seed)")
    }
}
