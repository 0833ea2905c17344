import OTLPModel
import Testing

@testable import Telemetry

@Suite("A body tells which signal it is of")
struct SignalGuessTests {
    /// A request of one item with these bytes.
    private func body(_ item: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { resource in
            resource.message(1) { $0.message(1) { $0.string(1, "service.name") } }
            resource.message(2) { $0.message(2, item) }
        }
        return writer.bytes
    }

    private func guess(_ body: [UInt8], declared: Signal? = nil) -> Signal? {
        SignalGuess.signal(ofProtobuf: body.span, declared: declared)
    }

    @Test("spans, whatever the path says", arguments: [nil, .traces, .metrics, .logs] as [Signal?])
    func spans(declared: Signal?) {
        let request = Sample.request([Sample.span(trace: 1, id: 1)]).protobufBytes()
        #expect(guess(request, declared: declared) == .traces)
    }

    @Test("log records by their times", arguments: [nil, .traces, .metrics, .logs] as [Signal?])
    func logs(declared: Signal?) {
        let record = body { record in
            record.fixed64(1, 1_790_000_000_000_000_000)
            record.message(5) { $0.string(1, "text") }
        }
        #expect(guess(record, declared: declared) == .logs)
        let observed = body { record in
            record.message(5) { $0.string(1, "text") }
            record.fixed64(11, 1_790_000_000_000_000_000)
        }
        #expect(guess(observed, declared: declared) == .logs)
    }

    @Test("metrics by their sum, or by a name and points")
    func metrics() {
        let sum = body { metric in
            metric.string(1, "requests")
            metric.message(7) { $0.message(1) { $0.fixed64(3, 1) } }
        }
        for declared in [nil, .traces, .metrics, .logs] as [Signal?] {
            #expect(guess(sum, declared: declared) == .metrics)
        }
        // A name of 16 bytes is no trace id.
        for name in ["disk.free", "process.cpu.time"] {
            let gauge = body { metric in
                metric.string(1, name)
                metric.string(2, "8 bytes.")
                metric.message(5) { $0.message(1) { $0.fixed64(3, 1) } }
            }
            #expect(guess(gauge) == .metrics)
        }
    }

    @Test("what tells nothing is what it is said to be")
    func unknown() {
        let bodies: [[UInt8]] = [
            [], [0xff], [0x0a], body { _ in },
            ExportTraceServiceRequest(resourceSpans: [ResourceSpans()]).protobufBytes(),
        ]
        for bytes in bodies {
            #expect(guess(bytes) == nil)
            #expect(guess(bytes, declared: .metrics) == .metrics)
        }
        // A span without ids and times is a bad span, and nothing else.
        let nameOnly = body { $0.string(5, "name") }
        #expect(guess(nameOnly, declared: .traces) == .traces)
    }

    @Test("thousands of empty envelopes are not looked through")
    func emptyEnvelopes() {
        var writer = ProtobufWriter()
        for _ in 0..<10_000 { writer.message(1) { $0.message(2) { _ in } } }
        #expect(guess(writer.bytes, declared: .logs) == .logs)
    }

    @Test(
        "JSON by its first key that counts",
        arguments: [
            (#"{"resourceSpans":[]}"#, .traces),
            (#"{"a":{"resourceLogs":1},"resource_metrics":[]}"#, .metrics),
            (#" {"resourceLogs": ["#, .logs), ("{}", nil), ("", nil), ("[]", nil), (#"{"a":"#, nil),
        ] as [(String, Signal?)])
    func json(text: String, signal: Signal?) {
        let bytes = Array(text.utf8)
        #expect(SignalGuess.signal(ofJSON: bytes.span) == signal)
    }
}
