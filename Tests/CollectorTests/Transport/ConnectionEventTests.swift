import Collector
import Telemetry
import TestSupport
import Testing

@Suite("What is counted of connections", .timeLimit(.minutes(15)))
struct ConnectionEventTests {
    private typealias Wire = HTTP2Wire

    private func counts(_ collector: TestCollector) -> [Int?] {
        let events = collector.server.service.counters.snapshot.events
        return [events[.connectionOpened], events[.connectionExpired]]
    }

    @Test("each connection that is accepted; one that its sender ends has not expired")
    func opened() async throws {
        try await TestCollector.with { collector async throws in
            for seed in 1...3 as ClosedRange<UInt8> {
                #expect(try await collector.post(SampleRequest.protobuf(seed: seed)).status == 200)
            }
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start([]))
            #expect(try await connection.frame().type == Wire.settings)
            connection.close()
            #expect(counts(collector) == [4, 0])
        }
    }

    @Test(
        "one that stands still, before a request, within its head and after one",
        arguments: ["", "POST /v1/tra", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"])
    func expired(start: String) async throws {
        let settings = TestCollector.settings {
            $0.headerSecondsMax = 1
            $0.idleSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(start)
            _ = try await connection.untilClosed()
            #expect(counts(collector) == [1, 1])
        }
    }

    @Test("one of HTTP/2 that has become too old, once")
    func aged() async throws {
        let settings = TestCollector.settings {
            $0.http2AgeSecondsMax = 1
            $0.http2GraceSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start([]))
            _ = try await connection.untilClosed()
            #expect(counts(collector) == [1, 1])
        }
    }

    @Test("one that ends with the collector has not expired")
    func drained() async throws {
        try await TestCollector.with { collector async throws in
            let plain = try await collector.connectHTTP()
            let http2 = try await WireConnection(port: collector.grpcPort)
            http2.send(Wire.start([]))
            #expect(try await http2.frame().type == Wire.settings)
            await collector.server.shutdown()
            _ = try await plain.untilClosed()
            #expect(counts(collector) == [2, 0])
        }
    }
}
