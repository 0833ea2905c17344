import Foundation
import NIOCore
import OTLPModel
import Testing

@testable import fleetgen

@Suite("Load")
struct LoadTests {
    private static func request() -> ExportTraceServiceRequest {
        var link = SpanLink()
        link.traceID = Array(1...16)
        link.spanID = Array(1...8)
        var span = OTLPModel.Span()
        span.traceID = Array(1...16)
        span.spanID = Array(21...28)
        span.parentSpanID = Array(31...38)
        span.name = "GET"
        span.startTimeUnixNano = 1_000_000
        span.endTimeUnixNano = 2_000_000
        span.attributes = [KeyValue("count", .int(1_000_000)), KeyValue("ratio", .double(0.5))]
        span.events = [SpanEvent(timeUnixNano: 1_500_000, name: "exception")]
        span.links = [link]
        span.flags = 0x101
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(
                resource: Resource(attributes: [KeyValue("service.name", .string("proxy"))]),
                scopeSpans: [ScopeSpans(scope: InstrumentationScope(name: "x"), spans: [span])])
        ])
    }

    private static func corpus(_ bodies: [(spans: UInt32, bytes: [UInt8])], base: UInt64) -> Data {
        func littleEndian(_ number: some FixedWidthInteger) -> Data {
            withUnsafeBytes(of: number.littleEndian) { Data($0) }
        }
        var data = Data("OTLPCRP1".utf8) + littleEndian(base) + littleEndian(UInt32(bodies.count))
        for body in bodies {
            data += littleEndian(body.spans) + littleEndian(UInt32(body.bytes.count)) + Data(body.bytes)
        }
        return data
    }

    @Test("rewriting moves times and changes ids, and nothing else")
    func rewriting() throws {
        var bytes = Self.request().protobufBytes()
        let size = bytes.count
        try RequestRewriter(shiftNanos: 500, salt: 3).rewrite(&bytes)
        #expect(bytes.count == size)
        // The same change on the values, then encoded again.
        var expected = Self.request()
        let mask = 3 &* UInt64(0x9E37_79B9_7F4A_7C15)
        func salted(_ id: [UInt8]) -> [UInt8] {
            id.enumerated().map {
                $0.offset < 8 ? $0.element ^ UInt8(truncatingIfNeeded: mask >> (8 * $0.offset)) : $0.element
            }
        }
        var span = expected.resourceSpans[0].scopeSpans[0].spans[0]
        span.traceID = salted(span.traceID)
        span.spanID = salted(span.spanID)
        span.parentSpanID = salted(span.parentSpanID)
        span.startTimeUnixNano += 500
        span.endTimeUnixNano += 500
        span.events[0].timeUnixNano += 500
        span.links[0].traceID = salted(span.links[0].traceID)
        span.links[0].spanID = salted(span.links[0].spanID)
        expected.resourceSpans[0].scopeSpans[0].spans[0] = span
        #expect(bytes == expected.protobufBytes())
    }

    @Test("a salt of 0 and no shift leave a request as it is")
    func noRewriting() throws {
        var bytes = Self.request().protobufBytes()
        try RequestRewriter(shiftNanos: 0, salt: 0).rewrite(&bytes)
        #expect(bytes == Self.request().protobufBytes())
    }

    @Test("bytes that are no request are refused, wherever they end")
    func malformed() throws {
        let whole = Self.request().protobufBytes()
        for length in 1..<whole.count {
            var bytes = Array(whole.prefix(length))
            #expect(throws: ProtobufFields.Malformed.self) {
                try RequestRewriter(shiftNanos: 1, salt: 1).rewrite(&bytes)
            }
        }
        var endless = Array(repeating: UInt8(0xFF), count: 40)
        #expect(throws: ProtobufFields.Malformed.self) {
            try RequestRewriter(shiftNanos: 1, salt: 1).rewrite(&endless)
        }
    }

    @Test("a corpus is read as it was written, up to the limit")
    func corpusRoundTrip() throws {
        let data = Self.corpus([(2, [1, 2, 3]), (0, []), (7, [9])], base: 1_790_000_000_000_000_000)
        let file = try CorpusFile(data)
        #expect(file.baseNanos == 1_790_000_000_000_000_000)
        #expect((0..<file.count).map(file.spanCount(at:)) == [2, 0, 7])
        #expect((0..<file.count).map(file.bytes(at:)) == [[1, 2, 3], [], [9]])
        #expect(try CorpusFile(data, limit: 1).count == 1)
        let slice = (Data([0, 0]) + data).dropFirst(2)
        #expect(try CorpusFile(slice).bytes(at: 2) == [9], "a slice counts from where it begins")
    }

    @Test("a file that is no corpus, or half of one, is refused")
    func badCorpus() {
        let data = Self.corpus([(2, [1, 2, 3])], base: 5)
        for length in 0..<data.count {
            #expect(throws: CorpusFile.FormatError.self) { try CorpusFile(data.prefix(length)) }
        }
        #expect(throws: CorpusFile.FormatError.self) {
            try CorpusFile(Data("OTLPCRP2".utf8) + data.dropFirst(8))
        }
        #expect(throws: (any Error).self) { try CorpusFile(path: "/nonexistent/corpus") }
    }

    @Test("generated bodies have exactly the spans asked for, with distinct ids", arguments: [1, 10, 333])
    func generated(spansPerBody: Int) throws {
        let fleet = Fleet(edgeCount: 4, regionCount: 2, fault: .none, seed: 1)
        let bodies = LoadBodies.generated(
            count: 12, spansPerBody: spansPerBody, fleet: fleet, seed: 1, end: Sample.start,
            compresses: false)
        #expect(bodies.count == 12)
        #expect(bodies.allSatisfy { $0.spanCount == spansPerBody && $0.rawBytes == $0.data.readableBytes })
        #expect(Set(bodies.map { Array($0.data.readableBytesView) }).count == 12)
        let other = LoadBodies.generated(
            count: 12, spansPerBody: spansPerBody, fleet: fleet, seed: 2, end: Sample.start,
            compresses: false)
        #expect(other.map(\.data) != bodies.map(\.data))
    }

    @Test(
        "a load sends every body once and reports what was acknowledged", arguments: ExportTransport.allCases)
    func load(transport: ExportTransport) async throws {
        let receiver = transport == .http ? try await TinyReceiver.http() : try await TinyReceiver.grpc()
        let bodies = LoadBodies.generated(
            count: 20, spansPerBody: 30, fleet: Fleet(edgeCount: 4, regionCount: 2, fault: .none, seed: 1),
            seed: 1, end: Sample.start, compresses: false)
        let run = LoadRun(
            endpoint: try ExportEndpoint("127.0.0.1:\(receiver.port)", transport: transport),
            bodies: bodies, connectionCount: 3)
        let outcome = await run.run()
        let calls = try await receiver.calls()
        try await receiver.stop()
        #expect(outcome.counts.spans == 600)
        #expect(outcome.counts.requests == 20)
        #expect(outcome.latencies.count == 20)
        #expect(outcome.latencies.quantile(0.5) <= outcome.latencies.quantile(1))
        #expect(calls.count == 20)
        let prefix = transport == .http ? 0 : 5
        #expect(
            Set(calls.map { Array($0.body.dropFirst(prefix)) })
                == Set(bodies.map { Array($0.data.readableBytesView) }))
    }

    @Test("a load with a duration goes on until then, and no id comes twice")
    func loadOverAndOver() async throws {
        let receiver = try await TinyReceiver.http()
        let bodies = LoadBodies.generated(
            count: 1, spansPerBody: 5, fleet: Fleet(edgeCount: 4, regionCount: 2, fault: .none, seed: 1),
            seed: 1, end: Sample.start, compresses: false)
        var sent = 0
        // A busy machine may not get through a round within the first of these.
        for seconds in [1, 4, 16, 64] where sent <= bodies.count {
            let run = LoadRun(
                endpoint: try ExportEndpoint("127.0.0.1:\(receiver.port)", transport: .http),
                bodies: bodies, connectionCount: 2, duration: .seconds(seconds), compresses: true)
            let outcome = await run.run()
            let calls = try await receiver.calls().dropFirst(sent)
            sent += calls.count
            #expect(outcome.seconds >= Double(seconds))
            #expect(outcome.counts.requests == calls.count && outcome.counts.spans == 5 * calls.count)
            #expect(calls.allSatisfy { $0.headers["content-encoding"] == "gzip" })
            #expect(Set(calls.map(\.body)).count == calls.count)
        }
        try await receiver.stop()
        #expect(sent > bodies.count, "more than one round")
    }

    @Test("refusals are counted with the time that each took", arguments: ExportTransport.allCases)
    func refusals(transport: ExportTransport) async throws {
        let refusal = TinyReceiver.Answer(status: transport == .http ? 503 : 14)
        let receiver =
            transport == .http
            ? try await TinyReceiver.http([refusal, refusal])
            : try await TinyReceiver.grpc([refusal, refusal])
        let bodies = LoadBodies.generated(
            count: 2, spansPerBody: 5, fleet: Fleet(edgeCount: 4, regionCount: 2, fault: .none, seed: 1),
            seed: 1, end: Sample.start, compresses: false)
        let run = LoadRun(
            endpoint: try ExportEndpoint("127.0.0.1:\(receiver.port)", transport: transport),
            bodies: bodies, connectionCount: 1)
        let outcome = await run.run()
        try await receiver.stop()
        #expect(outcome.counts.requests == 2 && outcome.counts.retries == 2)
        #expect(outcome.counts.refusals.count == 2)
        let report = LoadReport(outcome, connections: 1)
        #expect(report.refusals == 2)
        #expect(report.text.contains("refused 2 times, within p50"))
        #expect(try report.json().contains("\"refusal_max_ms\":"))
        let latencies = outcome.counts.refusals + outcome.latencies
        #expect(
            latencies.allSatisfy { $0 > 0 } && outcome.latencies.max() ?? 0 > 50,
            "waits are part of a latency")
    }

    @Test("the report is one JSON object with snake_case keys, without what was not measured")
    func report() throws {
        var outcome = LoadOutcome()
        outcome.counts.spans = 2_000_000
        outcome.seconds = 4
        outcome.latencies = [1, 2, 3]
        var report = LoadReport(outcome, connections: 2)
        let bare = try #require(
            JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
        #expect(bare["schema"] as? String == "fleetgen.load/1")
        #expect(bare["spans_per_second"] as? Double == 500_000)
        #expect(bare["latency_p50_ms"] as? Double == 2)
        #expect(bare["server_cpu_seconds"] == nil)
        report.setServerCPU(3)
        report.setSettledServerCPU(5)
        #expect(report.serverCpuSecondsPerMillionSpans == 1.5)
        #expect(report.settledServerCpuSecondsPerMillionSpans == 2.5)
        #expect(report.text.contains("1.50 s per million spans"))
    }

    @Test("a process's use is read from the kernel; a process that is not there has none")
    func processUsage() throws {
        let own = try #require(ProcessUsage(pid: ProcessInfo.processInfo.processIdentifier))
        #expect(own.peakResidentBytes > 1_000_000)
        #expect(own.cpuSeconds >= 0)
        #expect(ProcessUsage(pid: -1) == nil)
    }

    @Test("decimals are rounded and keep their zeros")
    func decimals() {
        #expect(Decimals.text(1.005, digits: 1) == "1.0")
        #expect(Decimals.text(0.0449, digits: 3) == "0.045")
        #expect(Decimals.text(-2.5, digits: 2) == "-2.50")
        #expect(Decimals.text(12.6, digits: 0) == "13")
        #expect(Decimals.text(.nan, digits: 2) == "-")
    }
}
