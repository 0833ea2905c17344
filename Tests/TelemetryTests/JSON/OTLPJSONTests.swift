import OTLPModel
import Testing

@testable import Telemetry

/// OTLP/JSON as senders write it, the conforming and the others.
@Suite("OTLP/JSON") struct OTLPJSONTests {
    @Test("a request with every field is read as it is")
    func everyField() throws {
        #expect(try decodedJSON(completeJSON) == completeRequest)
    }

    @Test("E5: snake_case says the same as lowerCamelCase, and is noted")
    func snakeCase() throws {
        var text = ""
        var isKey = false
        // Keys only: a quoted word that is not followed by a colon is a value.
        for (index, part) in completeJSON.split(separator: "\"", omittingEmptySubsequences: false)
            .enumerated()
        {
            isKey = index % 2 == 1
            let quoted = isKey && part.allSatisfy { $0.isLetter } && part.first?.isLowercase == true
            for character in part {
                if quoted, character.isUppercase {
                    text += "_" + character.lowercased()
                } else {
                    text.append(character)
                }
            }
            text += "\""
        }
        text.removeLast()
        #expect(text.contains("start_time_unix_nano"))
        let (request, notes) = try decodeNotedTraceRequest(
            json: Array(text.utf8).span, limits: DecodeLimits())
        #expect(request == completeRequest)
        #expect(notes == .snakeCase)
    }

    @Test("E10: a byte order mark and white space around are passed over")
    func byteOrderMark() throws {
        #expect(try decodedJSON("\u{feff} \r\n\t{} \n") == ExportTraceServiceRequest())
    }

    @Test("B6: empty requests and empty envelopes are read", arguments: ["{}", #"{"resourceSpans":[]}"#])
    func emptyRequests(text: String) throws {
        #expect(try decodedJSON(text) == ExportTraceServiceRequest())
        let envelopes = try decodedJSON(#"{"resourceSpans":[{},{"scopeSpans":[{}]}]}"#)
        #expect(envelopes.resourceSpans == [ResourceSpans(), ResourceSpans(scopeSpans: [ScopeSpans()])])
    }

    @Test("E4: unknown fields are passed over, whatever they hold")
    func unknownFields() throws {
        let unknown = #""new":{"a":[1,-2.5e3,{"b":[[],{}]},"x\"y]",true,false,null],"c":"}"},"later":[[[]]]"#
        let span = try decodedJSONSpan(
            "\(unknown),\"name\":\"n\",\(unknown),\"status\":{\(unknown),\"code\":1},\(unknown)")
        #expect(span.name == "n")
        #expect(span.status.code == .ok)
    }

    @Test("E7: null stands for an absent field, wherever it is")
    func nullIsAbsent() throws {
        let span = try decodedJSONSpan(
            #""traceId":null,"name":null,"kind":null,"attributes":null,"status":null,"startTimeUnixNano":null,"#
                + #""events":[null],"links":[{"attributes":[null]}],"flags":null"#)
        var expected = OTLPModel.Span()
        expected.links = [SpanLink()]
        #expect(span == expected)
        #expect(try decodedJSON(#"{"resourceSpans":null}"#) == ExportTraceServiceRequest())
        #expect(try decodedJSONValue(#""stringValue":null"#) == .empty)
        #expect(
            try decodedJSONValue(#""arrayValue":{"values":[null,{"intValue":1}]}"#)
                == .array([.empty, .int(1)]))
    }

    @Test("of a key that comes twice the last one counts")
    func duplicateKeys() throws {
        let span = try decodedJSONSpan(
            #""name":"a","name":"b","events":[{},{}],"events":[{"name":"e"}],"kind":1,"kind":3"#)
        #expect(span.name == "b")
        #expect(span.events == [SpanEvent(name: "e")])
        #expect(span.kind == .client)
        #expect(try decodedJSONValue(#""stringValue":"a","intValue":"7""#) == .int(7))
        #expect(try decodedJSONValue(#""intValue":"7","stringValueStrindex":1"#) == .empty)
    }

    @Test("E3: enums are numbers, known or not, or names, which are noted")
    func enums() throws {
        #expect(try decodedJSONSpan(#""kind":"SPAN_KIND_PRODUCER""#).kind == .producer)
        #expect(try decodedJSONSpan(#""kind":99"#).kind.rawValue == 99)
        #expect(try decodedJSONSpan(#""kind":-1"#).kind.rawValue == -1)
        #expect(try decodedJSONSpan(#""status":{"code":"STATUS_CODE_ERROR"}"#).status.code == .error)
        #expect(try decodedJSONSpan(#""status":{"code":7}"#).status.code.rawValue == 7)
        for (value, notes) in [("3", []), (#""SPAN_KIND_CLIENT""#, .enumNames)] as [(String, DecodeNotes)] {
            let body = Array(jsonOfSpan(#""kind":\#(value)"#).utf8)
            let decoded = try decodeNotedTraceRequest(json: body.span, limits: DecodeLimits())
            #expect(decoded.notes == notes)
        }
    }

    @Test(
        "E6: 64-bit integers are numbers or strings, exactly",
        arguments: [
            ("0", 0), ("\"0\"", 0), ("-0", 0), ("9007199254740993", 9_007_199_254_740_993),
            ("\"9223372036854775807\"", .max), ("9223372036854775807", .max),
            ("\"-9223372036854775808\"", .min), ("-9223372036854775808", .min), ("1e3", 1000), ("1.5e1", 15),
            ("10.0", 10), ("120e-1", 12), ("0e999999999999", 0), ("\"1E2\"", 100),
        ] as [(String, Int64)])
    func integers(text: String, value: Int64) throws {
        #expect(try decodedJSONValue("\"intValue\":\(text)") == .int(value))
    }

    @Test("times use all of 64 bits")
    func times() throws {
        let span = try decodedJSONSpan(
            #""startTimeUnixNano":18446744073709551615,"endTimeUnixNano":"18446744073709551615""#)
        #expect(span.startTimeUnixNano == .max)
        #expect(span.endTimeUnixNano == .max)
    }

    @Test(
        "E8: doubles are numbers or strings, with exponents and without",
        arguments: [
            ("1.5", 1.5), ("-2", -2), ("1e-3", 0.001), ("2.5E+2", 250), ("\"0.5\"", 0.5),
            ("\"Infinity\"", .infinity), ("\"-Infinity\"", -.infinity), ("1e-999", 0),
            ("1.7976931348623157e308", .greatestFiniteMagnitude),
        ] as [(String, Double)])
    func doubles(text: String, value: Double) throws {
        #expect(try decodedJSONValue("\"doubleValue\":\(text)") == .double(value))
    }

    @Test("NaN is a string")
    func notANumber() throws {
        guard case .double(let number) = try decodedJSONValue(#""doubleValue":"NaN""#) else {
            Issue.record("not a double")
            return
        }
        #expect(number.isNaN)
    }

    @Test(
        "E9: bytes are base64 of either alphabet, padded or not",
        arguments: [
            ("", []), ("AA==", [0]), ("AA", [0]), ("+/8=", [0xfb, 0xff]), ("-_8", [0xfb, 0xff]),
            ("AAEC", [0, 1, 2]), ("-_-_", [0xfb, 0xff, 0xbf]),
        ] as [(String, [UInt8])])
    func base64(text: String, bytes: [UInt8]) throws {
        #expect(try decodedJSONValue("\"bytesValue\":\"\(text)\"") == .bytes(bytes))
    }

    @Test("E1: ids are hex of any case and any length")
    func identifiers() throws {
        let span = try decodedJSONSpan(
            #""traceId":"aAbB01","spanId":"","parentSpanId":"00112233445566778899aabbccddee""#)
        #expect(span.traceID == [0xaa, 0xbb, 0x01])
        #expect(span.spanID == [])
        #expect(span.parentSpanID.count == 15)
    }

    @Test(
        "E2: an id in base64 is refused, with what it has to be",
        arguments: ["W47/95gDgQPSabYzgT/GDA==", "W47_95gDgQPSabYzgT_GDA"])
    func base64Identifier(text: String) throws {
        let error = try #require(throws: DecodeError.self) { try decodedJSONSpan(#""traceId":"\#(text)""#) }
        #expect(error.message.hasSuffix("looks like base64; OTLP/JSON needs hex"))
        #expect(error.field == "resourceSpans[0].scopeSpans[0].spans[0].traceId")
    }

    @Test(
        "hostile 52: an id with an odd number of digits, or other characters, is refused",
        arguments: ["abc", "xy"])
    func oddIdentifier(text: String) throws {
        let error = try #require(throws: DecodeError.self) { try decodedJSONSpan(#""spanId":"\#(text)""#) }
        #expect(error.code == .malformedJSON)
    }

    @Test(
        "hostile 48: escapes are resolved, lone surrogates become U+FFFD",
        arguments: [
            (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"), (#"\u0041\u00e9\u65E5"#, "Aé日"),
            (#"\ud83d\ude00"#, "😀"), (#"\ud83d"#, "\u{fffd}"), (#"\ude00x"#, "\u{fffd}x"),
            (#"\ud83d\u0041"#, "\u{fffd}A"), (#"\ud83d\ud83d\ude00"#, "\u{fffd}😀"), (#"a\u0000b"#, "a\0b"),
            (#"\ud83d\n"#, "\u{fffd}\n"),
        ])
    func escapes(text: String, value: String) throws {
        #expect(try decodedJSONSpan("\"name\":\"\(text)\"").name == value)
    }

    @Test("E10: text that is not UTF-8 is repaired and counted")
    func brokenText() throws {
        var body = Array(#"{"resourceSpans":[{"schemaUrl":"a"#.utf8)
        body += [0xff]
        body += Array(#"b\n","x":"\ud800"}]}"#.utf8)
        var decoder = OTLPJSONDecoder(body.span, limits: DecodeLimits())
        let request = try decoder.traceRequest()
        #expect(request.resourceSpans == [ResourceSpans(schemaURL: "a\u{fffd}b\n")])
        #expect(decoder.reader.repairedStrings == 1)
    }
}
