import Testing

@testable import Telemetry

/// The answers are what OTLP asks for, to the byte.
@Suite("export responses") struct ExportResponseTests {
    @Test("full success is zero bytes, or an empty object")
    func fullSuccess() {
        #expect(ExportResponse.protobuf(rejectedSpans: 0, message: "").isEmpty)
        #expect(text(ExportResponse.json(rejectedSpans: 0, message: "")) == "{}")
    }

    @Test("rejected spans are counted and explained")
    func partialSuccess() {
        #expect(
            ExportResponse.protobuf(rejectedSpans: 300, message: "bad id")
                == [0x0a, 0x0b, 0x08, 0xac, 0x02, 0x12, 0x06] + Array("bad id".utf8))
        #expect(
            text(ExportResponse.json(rejectedSpans: 300, message: "bad id"))
                == #"{"partialSuccess":{"rejectedSpans":"300","errorMessage":"bad id"}}"#)
    }

    @Test("a warning rejects nothing")
    func warning() {
        #expect(
            ExportResponse.protobuf(rejectedSpans: 0, message: "w") == [0x0a, 0x03, 0x12, 0x01]
                + Array("w".utf8))
        #expect(
            text(ExportResponse.json(rejectedSpans: 0, message: "w"))
                == #"{"partialSuccess":{"errorMessage":"w"}}"#)
    }

    @Test("a status has code and message")
    func status() {
        #expect(
            ExportResponse.statusProtobuf(code: 3, message: "no")
                == [0x08, 0x03, 0x12, 0x02] + Array("no".utf8))
        #expect(text(ExportResponse.statusJSON(code: 3, message: "no")) == #"{"code":3,"message":"no"}"#)
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
