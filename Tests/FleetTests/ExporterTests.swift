import ArgumentParser
import Foundation
import NIOPosix
import OTLPModel
import TestSupport
import Testing

@testable import fleetgen

@Suite("Exporter")
struct ExporterTests {
    /// No test waits longer for another attempt than it must.
    private static let policy = RetryPolicy(attempts: 4, baseMilliseconds: 0.1, limitMilliseconds: 1)

    private static let batches: [TraceBatch] = {
        let stream = Sample.stream(seconds: 10)
        var batcher = SpanBatcher(sources: stream.sources, limit: 50)
        return Sample.all(stream).flatMap(\.spans).compactMap { batcher.add($0) } + batcher.flush()
    }()

    private static func sender(
        _ receiver: TinyReceiver, _ transport: ExportTransport, compresses: Bool = false
    ) throws -> TraceSender {
        let endpoint = try ExportEndpoint("127.0.0.1:\(receiver.port)", transport: transport)
        let client = makeTraceClient(for: endpoint, on: MultiThreadedEventLoopGroup.singleton)
        return TraceSender(client: client, compresses: compresses, policy: policy)
    }

    private static func receiver(
        _ transport: ExportTransport, _ answers: [TinyReceiver.Answer] = []
    ) async throws -> TinyReceiver {
        transport == .http ? try await .http(answers) : try await .grpc(answers)
    }

    /// The request of a call, without gRPC's prefix.
    private static func message(_ call: TinyReceiver.Call, _ transport: ExportTransport) -> [UInt8] {
        transport == .http ? call.body : Array(call.body.dropFirst(5))
    }

    @Test("every batch arrives byte for byte over one connection", arguments: ExportTransport.allCases)
    func deliversEverything(transport: ExportTransport) async throws {
        let receiver = try await Self.receiver(transport)
        let sender = try Self.sender(receiver, transport)
        let counts = await sender.send(Self.batches)
        await sender.close()
        let calls = try await receiver.calls()
        try await receiver.stop()
        #expect(counts.lostSpans == 0 && counts.rejectedSpans == 0 && counts.retries == 0)
        #expect(counts.requests == Self.batches.count)
        #expect(counts.spans == Self.batches.reduce(0) { $0 + $1.spanCount })
        #expect(calls.map { Self.message($0, transport) } == Self.batches.map { $0.request.protobufBytes() })
        let type = transport == .http ? "application/x-protobuf" : "application/grpc"
        #expect(calls.allSatisfy { $0.headers["content-type"] == type })
        let path =
            transport == .http
            ? "POST /v1/traces" : "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        #expect(calls.allSatisfy { $0.path == path })
    }

    @Test("who sends is said with the token of a file", arguments: ExportTransport.allCases)
    func token(transport: ExportTransport) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(" s3cret\n", to: "token")
        let receiver = try await Self.receiver(transport)
        let place = "127.0.0.1:\(receiver.port)"
        let options = try EndpointOptions.parse([
            transport == .http ? "--endpoint" : "--grpc-endpoint", place, "--token-file",
            folder.file("token"),
        ])
        let client = makeTraceClient(
            for: try options.parsed(transport), on: MultiThreadedEventLoopGroup.singleton)
        let sender = TraceSender(client: client, compresses: false, policy: Self.policy)
        _ = await sender.send(Array(Self.batches.prefix(1)))
        await sender.close()
        let calls = try await receiver.calls()
        try await receiver.stop()
        #expect(calls.map { $0.headers["authorization"] } == ["Bearer s3cret"])
    }

    @Test("what is no token is none", arguments: ["", "two words", "two\nlines", "caf\u{e9}"])
    func noToken(text: String) throws {
        let folder = try TemporaryDirectory()
        try folder.write(text, to: "token")
        #expect(throws: (any Error).self) {
            try EndpointOptions.parse(["--token-file", folder.file("token")])
        }
        #expect(throws: (any Error).self) {
            try EndpointOptions.parse(["--token-file", folder.file("nothing")])
        }
    }

    @Test("a body larger than HTTP/2's window arrives whole", arguments: ExportTransport.allCases)
    func largeBody(transport: ExportTransport) async throws {
        let receiver = try await Self.receiver(transport)
        let sender = try Self.sender(receiver, transport)
        let groups = Self.batches.flatMap(\.request.resourceSpans)
        let request = ExportTraceServiceRequest(
            resourceSpans: Array(repeating: groups, count: 5).flatMap { $0 })
        let batch = TraceBatch(kind: .nginx, spanCount: 1, request: request)
        let counts = await sender.send([batch])
        await sender.close()
        let calls = try await receiver.calls()
        try await receiver.stop()
        #expect(counts.spans == 1)
        #expect(calls.first.map { Self.message($0, transport) } == request.protobufBytes())
        #expect(request.protobufBytes().count > 1_000_000)
    }

    @Test("gzip bodies unpack to the request", arguments: ExportTransport.allCases)
    func gzip(transport: ExportTransport) async throws {
        let receiver = try await Self.receiver(transport)
        let sender = try Self.sender(receiver, transport, compresses: true)
        let batch = try #require(Self.batches.first)
        let counts = await sender.send([batch])
        await sender.close()
        let call = try #require(try await receiver.calls().first)
        try await receiver.stop()
        #expect(counts.lostSpans == 0)
        let header = transport == .http ? "content-encoding" : "grpc-encoding"
        #expect(call.headers[header] == "gzip")
        if transport == .grpc { #expect(call.body.first == 1) }
        let packed = Self.message(call, transport)
        #expect(packed.count < batch.request.protobufBytes().count / 2)
        #expect(try Self.unpacked(packed) == batch.request.protobufBytes())
    }

    @Test("503, 429 and a hang-up are tried again until they pass")
    func retriesOverHTTP() async throws {
        let receiver = try await TinyReceiver.http([
            .init(status: 503, headers: ["retry-after": "0"]), .init(status: 429),
            .init(status: 0, hangsUp: true),
        ])
        let sender = try Self.sender(receiver, .http)
        let counts = await sender.send(Array(Self.batches.prefix(2)))
        await sender.close()
        let calls = try await receiver.calls()
        try await receiver.stop()
        #expect(counts.retries == 3)
        #expect(counts.requests == 2)
        #expect(counts.lostSpans == 0)
        #expect(calls.count == 5)
        #expect(Set(calls.prefix(4).map(\.body)).count == 1, "the same bytes again")
    }

    @Test("UNAVAILABLE and a hang-up are tried again until they pass")
    func retriesOverGRPC() async throws {
        let info = Data("\u{12}\u{28}type.googleapis.com/google.rpc.RetryInfo".utf8).base64EncodedString()
        let receiver = try await TinyReceiver.grpc([
            .init(status: 14), .init(status: 0, hangsUp: true),
            .init(status: 8, headers: ["grpc-status-details-bin": info.replacing("=", with: "")]),
        ])
        let sender = try Self.sender(receiver, .grpc)
        let counts = await sender.send(Array(Self.batches.prefix(1)))
        await sender.close()
        try await receiver.stop()
        #expect(counts.retries == 3)
        #expect(counts.requests == 1)
        #expect(counts.lostSpans == 0)
    }

    @Test("what is refused for good is not tried again, and the reason is kept")
    func refusals() async throws {
        // A google.rpc.Status with code 3 and a message.
        let status: [UInt8] = [0x08, 3, 0x12, 3] + Array("bad".utf8)
        let http = try await TinyReceiver.http([.init(status: 400, body: status)])
        let httpSender = try Self.sender(http, .http)
        let overHTTP = await httpSender.send(Array(Self.batches.prefix(1)))
        #expect(overHTTP.lostSpans == Self.batches[0].spanCount)
        #expect(overHTTP.retries == 0)
        #expect(overHTTP.firstComplaint == "HTTP status 400: bad")
        let grpc = try await TinyReceiver.grpc([
            .init(status: 8, headers: ["grpc-message": "too large"])
        ])
        let grpcSender = try Self.sender(grpc, .grpc)
        let overGRPC = await grpcSender.send(Array(Self.batches.prefix(1)))
        #expect(overGRPC.lostSpans == Self.batches[0].spanCount)
        #expect(overGRPC.retries == 0)
        #expect(overGRPC.firstComplaint == "gRPC status 8: too large")
        await httpSender.close()
        await grpcSender.close()
        try await http.stop()
        try await grpc.stop()
    }

    @Test("spans rejected within a success are counted", arguments: ExportTransport.allCases)
    func partialSuccess(transport: ExportTransport) async throws {
        // partial_success { rejected_spans: 2, error_message: "ids" }
        let body: [UInt8] = [0x0A, 7, 0x08, 2, 0x12, 3] + Array("ids".utf8)
        let answer = TinyReceiver.Answer(status: transport == .http ? 200 : 0, body: body)
        let receiver = try await Self.receiver(transport, [answer])
        let sender = try Self.sender(receiver, transport)
        let counts = await sender.send(Array(Self.batches.prefix(1)))
        await sender.close()
        try await receiver.stop()
        #expect(counts.rejectedSpans == 2)
        #expect(counts.spans == Self.batches[0].spanCount - 2)
        #expect(counts.firstComplaint == "ids")
    }

    @Test(
        "a receiver that is not there loses the spans, says so and ends", arguments: ExportTransport.allCases)
    func noReceiver(transport: ExportTransport) async throws {
        let receiver = try await TinyReceiver.http()
        try await receiver.stop()
        let sender = try Self.sender(receiver, transport)
        let batches = Array(Self.batches.prefix(3))
        let counts = await sender.send(batches)
        #expect(counts.lostSpans == batches.reduce(0) { $0 + $1.spanCount })
        #expect(counts.unansweredRequests == 3)
        #expect(counts.retries == 3, "only the first batch is tried again and again")
        #expect(counts.firstComplaint?.hasSuffix("connection refused; is a receiver running?") == true)
    }

    @Test("a whole run sends each node's spans over its own transport")
    func wholeRun() async throws {
        let http = try await TinyReceiver.http()
        let grpc = try await TinyReceiver.grpc()
        let plan = Sample.plan(seconds: 20, rate: 50)
        let stream = Sample.stream(seconds: 20, rate: 50)
        let expected = Sample.all(stream)
        let delivery = FleetDelivery(
            stream: stream, plan: plan, isLive: false, batchLimit: 64, choice: .both,
            senders: [.http: try Self.sender(http, .http), .grpc: try Self.sender(grpc, .grpc)])
        let summary = await delivery.run()
        #expect(summary.isComplete)
        #expect(summary.clientRequests == expected.count)
        #expect(summary.counts.spans == expected.reduce(0) { $0 + $1.spans.count })
        let httpCalls = try await http.calls()
        let grpcCalls = try await grpc.calls()
        #expect(!httpCalls.isEmpty && !grpcCalls.isEmpty)
        #expect(httpCalls.count + grpcCalls.count == summary.counts.requests)
        try await http.stop()
        try await grpc.stop()
    }

    @Test("waits double up to the limit, and what the receiver asks for stands above")
    func waits() {
        let policy = RetryPolicy(attempts: 5, baseMilliseconds: 100, limitMilliseconds: 300)
        #expect(policy.wait(after: 1, asked: nil, jitter: 0) == 100)
        #expect(policy.wait(after: 2, asked: nil, jitter: 0) == 200)
        #expect(policy.wait(after: 4, asked: nil, jitter: 0) == 300)
        #expect(policy.wait(after: 4, asked: 2, jitter: 0.5) == 2_250)
        #expect(policy.wait(after: 5, asked: nil, jitter: 0) == nil)
    }

    private static func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appendingPathComponent("fleet-\(UUID().uuidString).gz")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return [UInt8](data)
    }
}
