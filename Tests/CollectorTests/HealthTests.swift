import Collector
import NIOCore
import NIOHPACK
import Telemetry
import TestSupport
import Testing

@Suite("grpc.health.v1 says whether telemetry is taken", .timeLimit(.minutes(15)))
struct HealthTests {
    private static let check = "/grpc.health.v1.Health/Check"
    private static let watch = "/grpc.health.v1.Health/Watch"
    private static let traceService = "opentelemetry.proto.collector.trace.v1.TraceService"

    /// `HealthCheckRequest { string service = 1; }`
    private func request(_ service: String) -> [UInt8] {
        service.isEmpty ? [] : [0x0a, UInt8(service.utf8.count)] + Array(service.utf8)
    }

    @Test("Check: SERVING for the whole and for OTLP's services", arguments: ["", traceService])
    func serving(service: String) async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let answer = try await client.call(
                GRPCClient.headers(path: Self.check), parts: [GRPCClient.framed(request(service))])
            #expect(answer.status == 0)
            #expect(answer.body == [0, 0, 0, 0, 2, 0x08, 1])
        }
    }

    @Test("Check: NOT_FOUND for a service that is not there, INVALID_ARGUMENT for what is no request")
    func unknown() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let headers = GRPCClient.headers(path: Self.check)
            let unknown = try await client.call(headers, parts: [GRPCClient.framed(request("a.B"))])
            #expect(unknown.status == 5)
            let broken = try await client.call(headers, parts: [GRPCClient.framed([0x0a, 9])])
            #expect(broken.status == 3)
            let long = try await client.call(
                headers, parts: [GRPCClient.framed(request("x") + [UInt8](repeating: 0, count: 8_192))])
            #expect(long.status != 0)
        }
    }

    @Test("Check: NOT_SERVING while memory is full, and SERVING again afterwards")
    func full() async throws {
        try await TestCollector.with { collector async throws in
            let others = collector.server.service.inFlight.charge()
            let client = try await collector.connectGRPC()
            let headers = GRPCClient.headers(path: Self.check)
            #expect(others.grow(by: collector.server.service.inFlight.limitBytes - 64))
            let full = try await client.call(headers, parts: [GRPCClient.framed([])])
            #expect(full.body == [0, 0, 0, 0, 2, 0x08, 2])
            others.release()
            let free = try await client.call(headers, parts: [GRPCClient.framed([])])
            #expect(free.body == [0, 0, 0, 0, 2, 0x08, 1])
        }
    }

    @Test("Watch: the status at once, then NOT_SERVING and the end when the collector ends")
    func watchUntilTheEnd() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let (begun, begin) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let message = GRPCClient.framed(request(Self.traceService))
            async let watched = client.call(GRPCClient.headers(path: Self.watch), parts: [message]) {
                begin.yield()
            }
            for await _ in begun { break }
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
            await collector.server.shutdown()
            let answer = try await watched
            #expect(answer.body.prefix(7) == [0, 0, 0, 0, 2, 0x08, 1])
            #expect(answer.body.suffix(7) == [0, 0, 0, 0, 2, 0x08, 2])
            #expect(answer.status == 14)
        }
    }

    @Test("Watch: SERVICE_UNKNOWN for a service that is not there, and the call goes on")
    func watchUnknown() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let (begun, begin) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let message = GRPCClient.framed(request("a.B"))
            async let watched = client.call(GRPCClient.headers(path: Self.watch), parts: [message]) {
                begin.yield()
            }
            for await _ in begun { break }
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
            await collector.server.shutdown()
            #expect(try await watched.body == [0, 0, 0, 0, 2, 0x08, 3])
        }
    }
}
