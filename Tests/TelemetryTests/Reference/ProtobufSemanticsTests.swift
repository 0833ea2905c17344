import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// The reference decoder reads what Google's protobuf reads.
@Suite("protobuf semantics") struct ProtobufSemanticsTests {
    @Test("bodies of every odd shape mean what Google's protobuf says they mean")
    func agreesWithGoogleProtobuf() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = WireGenerator(seed: seed)
        let bodies = (0..<1500).map { _ in generator.body() }
        let file = FileManager.default.temporaryDirectory.appending(path: "bodies-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try bodies.map { hex($0) + "\n" }.joined().write(to: file, atomically: true, encoding: .ascii)

        let script = Repository.root.appending(path: "Tests/TelemetryTests/Reference/reparse.py")
        let reparsed = try await PythonEnvironment.run(script, [file.path(percentEncoded: false)]).succeeded()
        let expected = reparsed.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
        try #require(expected.count >= bodies.count)
        var rewritten = 0
        for (index, body) in bodies.enumerated() {
            let request = try decodeTraceRequest(protobuf: body.span)
            #expect(
                hex(request.protobufBytes()) == expected[index],
                "seed \(seed), body \(index): \(hex(body))")
            let findings = try WireScan.check(
                body.span, schema: .traceRequest, maxDepth: 64, maxMessages: 1 << 20)
            rewritten += findings.isPlain ? 0 : 1
        }
        // The generator reaches the odd shapes.
        #expect(rewritten > bodies.count / 4, "seed \(seed)")
    }

    @Test("of a field that comes again the last value counts, an explicit default included")
    func lastScalarWins() throws {
        let span = try decodedSpan { span in
            span.repeatedString(5, "first")
            span.repeatedString(5, "second")
            span.int32(6, 3)
            span.tag(6, .varint)
            span.varint(0)
            span.fixed64(7, 17)
            span.fixed64(7, 18)
        }
        #expect(span.name == "second")
        #expect(span.kind == .unspecified)
        #expect(span.startTimeUnixNano == 18)
    }

    @Test("a submessage that comes again is merged, whatever each part leaves out")
    func submessagesMerge() throws {
        let span = try decodedSpan { span in
            span.message(15) { $0.int32(3, 2) }
            span.message(15) { $0.string(2, "why") }
        }
        #expect(span.status == SpanStatus(code: .error, message: "why"))

        var body = ProtobufWriter()
        body.message(1) { resourceSpans in
            resourceSpans.message(1) { $0.attributes(1, [KeyValue("a", .int(1))]) }
            resourceSpans.message(1) { resource in
                resource.attributes(1, [KeyValue("b", .int(2))])
                resource.varint(2, 7)
            }
            resourceSpans.message(1) { _ in }
        }
        let resource = try decodeTraceRequest(protobuf: body.bytes.span).resourceSpans[0].resource
        #expect(resource.attributes == [KeyValue("a", .int(1)), KeyValue("b", .int(2))])
        #expect(resource.droppedAttributesCount == 7)
    }

    @Test("an attribute whose value comes twice and is empty both times is accepted")
    func emptyValuesMerge() throws {
        let span = try decodedSpan { span in
            span.message(9) { pair in
                pair.string(1, "k")
                pair.message(2) { _ in }
                pair.message(2) { _ in }
            }
        }
        #expect(span.attributes == [KeyValue("k", .empty)])
    }

    @Test("of the members of a oneof the last one counts; one list in two parts is one list")
    func oneofMembers() throws {
        func array(_ writer: inout ProtobufWriter, _ text: String) {
            writer.message(5) { $0.message(1) { $0.repeatedString(1, text) } }
        }
        let replaced = try decodedValue { value in
            array(&value, "gone")
            value.repeatedString(1, "last")
        }
        #expect(replaced == .string("last"))
        let joined = try decodedValue { value in
            array(&value, "a")
            array(&value, "b")
        }
        #expect(joined == .array([.string("a"), .string("b")]))
        let startedAnew = try decodedValue { value in
            array(&value, "gone")
            value.repeatedString(1, "between")
            array(&value, "b")
        }
        #expect(startedAnew == .array([.string("b")]))
    }

    @Test("a reference to a profile's string table is an empty value")
    func stringIndexIsEmpty() throws {
        #expect(try decodedValue { $0.int32(8, 3) } == .empty)
        let replaced = try decodedValue { value in
            value.repeatedString(1, "gone")
            value.int32(8, 3)
        }
        #expect(replaced == .empty)
    }

    @Test("hostile 44: unknown fields are passed over, also by the megabyte and within bounded memory")
    func unknownFieldsAreIgnored() throws {
        var body = ProtobufWriter()
        body.repeatedBytes(15, [UInt8](repeating: 0xff, count: 10 << 20))
        for _ in 0..<200_000 { body.varint(15, 1) }
        body.message(1) { $0.string(3, "url") }
        let decoded = try ReferenceDecoder.decode(body.bytes.span, limits: DecodeLimits())
        #expect(
            decoded.request == ExportTraceServiceRequest(resourceSpans: [ResourceSpans(schemaURL: "url")]))
        #expect(decoded.arenaBytes < 1 << 20)
    }
}
