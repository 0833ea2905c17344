import Collector
import NIOHPACK
import Telemetry
import TestSupport
import Testing

@Suite("OTLP/gRPC takes good calls and refuses bad ones", .timeLimit(.minutes(15)))
struct GRPCExportTests {
    static let limit = 64 << 10

    @Test("a call is stored before it is answered, and the answer is an empty message")
    func callIsStored() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let answer = try await client.export(SampleRequest.protobuf(spans: 3))
            #expect(answer.headers.first(name: ":status") == "200")
            #expect(answer.headers.first(name: "content-type") == "application/grpc")
            #expect(answer.status == 0)
            #expect(answer.body == [0, 0, 0, 0, 0])
            #expect(try collector.storedSpans() == 3)
        }
    }

    @Test("A6: gzip is taken when it is announced, and so is a message that stays uncompressed")
    func gzipIsTaken() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let headers = GRPCClient.headers([("grpc-encoding", "gzip")])
            let packed = Gzip.stored(SampleRequest.protobuf())
            let first = try await client.call(headers, parts: [GRPCClient.framed(packed, isCompressed: true)])
            #expect(first.status == 0)
            let second = try await client.call(
                headers, parts: [GRPCClient.framed(SampleRequest.protobuf(seed: 2))])
            #expect(second.status == 0)
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("a message may come in any pieces", arguments: [1, 2, 5, 7])
    func piecesArePutTogether(size: Int) async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let bytes = GRPCClient.framed(SampleRequest.protobuf(spans: 2))
            let parts = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(try await client.call(parts: parts).status == 0)
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("an empty message is a success, and a bad span is refused alone")
    func emptyAndPartial() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            #expect(try await client.export([]).status == 0)
            let answer = try await client.export(SampleRequest.protobufWithBadSpan())
            #expect(answer.status == 0)
            #expect(answer.body.dropFirst(5).prefix(1) == [0x0a])
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("many calls share a connection, good ones among bad ones")
    func callsShareAConnection() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            try await withThrowingTaskGroup(of: Int?.self) { group in
                for seed in 1...60 as ClosedRange<UInt8> {
                    group.addTask { try await client.export(SampleRequest.protobuf(seed: seed)).status }
                    group.addTask { try await client.export([0xff]).status }
                }
                var counts: [Int?: Int] = [:]
                for try await status in group { counts[status, default: 0] += 1 }
                #expect(counts == [0: 60, 3: 60])
            }
            #expect(try collector.storedSpans() == 60)
        }
    }

    @Test("the limit is exact, also for what gzip holds")
    func limitIsExact() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            #expect(try await client.export(SampleRequest.protobuf(bytes: Self.limit)).status == 0)
            let answer = try await client.export(SampleRequest.protobuf(bytes: Self.limit + 1))
            #expect(answer.status == 8)
            // RetryInfo would make senders try again, for nothing.
            #expect(answer.trailer("grpc-status-details-bin") == nil)
            let bomb = GRPCClient.framed(Gzip.bomb(zeros: 1 << 20, claimedBytes: 1), isCompressed: true)
            let headers = GRPCClient.headers([("grpc-encoding", "gzip")])
            #expect(try await client.call(headers, parts: [bomb]).status == 8)
            #expect(try await client.export(SampleRequest.protobuf(seed: 3)).status == 0)
            // What is stored is in no segment yet.
            #expect(collector.server.service.inFlight.usedBytes < 4 << 10)
        }
    }

    @Test("a prefix that announces four gigabytes is refused at once, while the sender still sends")
    func announcedLengthIsRefused() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let parts: [[UInt8]] = [[0, 0xff, 0xff, 0xff, 0xff], Array(repeating: 1, count: 10)]
            #expect(try await client.call(parts: parts, endsStream: false).status == 8)
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
        }
    }

    /// A call that must be refused.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var headers = GRPCClient.headers()
        var parts: [[UInt8]] = [GRPCClient.framed(SampleRequest.protobuf())]
        var status: Int
        var message: String

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "unknown method", headers: GRPCClient.headers(path: "/a.B/C"), status: 12,
            message: "TraceService"),
        Case(
            name: "unknown encoding", headers: GRPCClient.headers([("grpc-encoding", "br")]), status: 12,
            message: "gzip"),
        Case(
            name: "no time-out", headers: GRPCClient.headers([("grpc-timeout", "soon")]), status: 3,
            message: "grpc-timeout"),
        Case(
            name: "deadline passed", headers: GRPCClient.headers([("grpc-timeout", "1n")]), status: 4,
            message: "deadline"),
        Case(name: "not protobuf", parts: [GRPCClient.framed([0xff, 0xff])], status: 3, message: ""),
        Case(
            name: "compressed, unannounced", parts: [GRPCClient.framed([1], isCompressed: true)], status: 13,
            message: "grpc-encoding"),
        Case(
            name: "not gzip", headers: GRPCClient.headers([("grpc-encoding", "gzip")]),
            parts: [GRPCClient.framed([1, 2, 3], isCompressed: true)], status: 3, message: "gzip"),
        Case(name: "odd flag", parts: [[2, 0, 0, 0, 0]], status: 3, message: "flag"),
        Case(name: "no message", parts: [], status: 3, message: "whole message"),
        Case(name: "half a prefix", parts: [[0, 0]], status: 3, message: "whole message"),
        Case(name: "half a message", parts: [[0, 0, 0, 0, 9, 1]], status: 3, message: "whole message"),
        Case(
            name: "two messages",
            parts: [
                GRPCClient.framed(SampleRequest.protobuf()), GRPCClient.framed(SampleRequest.protobuf()),
            ],
            status: 3, message: "more than one"),
    ]

    @Test("refused with the right status and a message; the connection goes on", arguments: cases)
    func badCallIsRefused(bad: Case) async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let answer = try await client.call(bad.headers, parts: bad.parts)
            #expect(answer.headers.first(name: ":status") == "200")
            #expect(answer.headers.first(name: "content-type") == "application/grpc")
            #expect(answer.status == bad.status)
            let message = try #require(answer.message)
            #expect(message.contains(bad.message) && !message.isEmpty)
            if bad.name == "unknown encoding" {
                #expect(answer.trailer("grpc-accept-encoding") == "gzip,zstd,deflate,identity")
            }
            #expect(try await client.export(SampleRequest.protobuf(seed: 9)).status == 0)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test(
        "what is not gRPC gets an HTTP status",
        arguments: [("application/json", "404"), ("application/grpc+json", "415"), ("text/grpc", "404")])
    func otherContentIsRefused(type: String, status: String) async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let answer = try await client.call(GRPCClient.headers(type: type), parts: [[1]])
            #expect(answer.headers.first(name: ":status") == status)
            let get = try await client.call(GRPCClient.headers(method: "GET"), parts: [[1]])
            #expect(get.headers.first(name: ":status") == "405")
        }
    }

    @Test("when memory is short the answer asks to come back, in gRPC's own way")
    func overloadCarriesRetryInfo() async throws {
        let settings = TestCollector.settings { $0.inFlightBytesMax = 4 * Self.limit }
        try await TestCollector.with(settings) { collector async throws in
            let others = collector.server.service.inFlight.charge()
            #expect(others.grow(by: 4 * Self.limit))
            let client = try await collector.connectGRPC()
            let answer = try await client.export(SampleRequest.protobuf())
            #expect(answer.status == 14)
            #expect(answer.trailer("grpc-status-details-bin") != nil)
            others.shrink(by: 4 * Self.limit)
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
        }
    }

    @Test("a sender that never ends its call is told so, and others are served meanwhile")
    func missingEndIsRefused() async throws {
        let settings = TestCollector.settings { $0.bodyStallSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            let client = try await collector.connectGRPC()
            async let stalled = client.call(parts: [[0, 0, 0, 0, 9, 1]], endsStream: false)
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
            #expect(try await stalled.status == 14)
        }
    }
}
