import Testing

@testable import Telemetry

/// The answers are what OTLP asks for, to the byte.
@Suite("export responses") struct ExportResponseTests {
    @Test("B2: full success is zero bytes, or an empty object")
    func fullSuccess() {
        #expect(ExportResponse.protobuf(rejected: 0, message: "").isEmpty)
        #expect(text(ExportResponse.json(.traces, rejected: 0, message: "")) == "{}")
    }

    @Test("B3: rejected items are counted and explained, by the name that the signal has for them")
    func partialSuccess() {
        #expect(
            ExportResponse.protobuf(rejected: 300, message: "bad id")
                == [0x0a, 0x0b, 0x08, 0xac, 0x02, 0x12, 0x06] + Array("bad id".utf8))
        #expect(
            text(ExportResponse.json(.traces, rejected: 300, message: "bad id"))
                == #"{"partialSuccess":{"rejectedSpans":"300","errorMessage":"bad id"}}"#)
        #expect(
            text(ExportResponse.json(.metrics, rejected: 1, message: ""))
                == #"{"partialSuccess":{"rejectedDataPoints":"1"}}"#)
        #expect(
            text(ExportResponse.json(.logs, rejected: 1, message: ""))
                == #"{"partialSuccess":{"rejectedLogRecords":"1"}}"#)
    }

    @Test("B4: a warning rejects nothing")
    func warning() {
        #expect(
            ExportResponse.protobuf(rejected: 0, message: "w") == [0x0a, 0x03, 0x12, 0x01]
                + Array("w".utf8))
        #expect(
            text(ExportResponse.json(.traces, rejected: 0, message: "w"))
                == #"{"partialSuccess":{"errorMessage":"w"}}"#)
    }

    @Test("a status has code and message")
    func status() {
        #expect(
            ExportResponse.statusProtobuf(code: 3, message: "no")
                == [0x08, 0x03, 0x12, 0x02] + Array("no".utf8))
        #expect(text(ExportResponse.statusJSON(code: 3, message: "no")) == #"{"code":3,"message":"no"}"#)
    }

    @Test("C3: details of a status say which field is wrong, and how long to wait")
    func statusDetails() {
        let bad = StatusDetail.badRequest(field: "f", description: "d")
        let type = "type.googleapis.com/google.rpc.BadRequest"
        // Status { details [Any { type, BadRequest { field_violations [FieldViolation { "f", "d" }] } }] }
        let violation: [UInt8] = [0x0a, 6, 0x0a, 1, UInt8(ascii: "f"), 0x12, 1, UInt8(ascii: "d")]
        let any =
            [0x0a, UInt8(type.utf8.count)] + Array(type.utf8) + [0x12, UInt8(violation.count)] + violation
        #expect(
            ExportResponse.statusProtobuf(code: 3, message: "", details: [bad])
                == [0x08, 3, 0x1a, UInt8(any.count)] + any)
        #expect(
            text(ExportResponse.statusJSON(code: 3, message: "m", details: [bad]))
                == #"{"code":3,"message":"m","details":[{"@type":"\#(type)","#
                + #""fieldViolations":[{"field":"f","description":"d"}]}]}"#)
        #expect(
            text(ExportResponse.statusJSON(code: 14, message: "m", details: [.retryInfo(seconds: 7)]))
                == #"{"code":14,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","#
                + #""retryDelay":"7s"}]}"#)
    }

    @Test("text in JSON is escaped, control characters of all kinds too")
    func escaping() {
        let status = text(
            ExportResponse.statusJSON(code: 13, message: "a\"b\\c\n\r\t\0\u{1b}[\u{7f}\u{9b}\u{2028}é😀"))
        #expect(
            status
                == #"{"code":13,"message":"a\"b\\c\n\r\t\u0000\u001b[\u007f\u009b\u2028é😀"}"#)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
