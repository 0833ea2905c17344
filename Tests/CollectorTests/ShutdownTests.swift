import Collector
import Logging
import NIOCore
import Telemetry
import TestSupport
import Testing

@Suite("The collector starts and ends in order", .timeLimit(.minutes(15)))
struct ShutdownTests {
    @Test("C10: a request that is on its way at the end is answered, and then its connection is closed")
    func requestInFlightIsAnswered() async throws {
        try await TestCollector.with { collector async throws in
            let body = SampleRequest.protobuf(spans: 2)
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
                    + "Content-Length: \(body.count)\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await connection.reply().status == 100)
            let idle = try await collector.connectHTTP()
            idle.post([])
            #expect(try await idle.reply().status == 200)

            async let ending: Void = collector.server.shutdown()
            // Idle connections close first: then the end has begun.
            #expect(try await idle.untilClosed() == [])
            connection.send(body)
            let reply = try await connection.reply()
            #expect(reply.status == 200)
            #expect(reply.headers["connection"] == "close")
            #expect(try await connection.untilClosed() == [])
            await ending
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("a connection that does not end is ended when the time is over")
    func stuckConnectionIsEnded() async throws {
        let settings = TestCollector.settings { $0.drainSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await connection.reply().status == 100)
            await collector.server.shutdown()
            #expect(try await connection.untilClosed() == [])
            #expect(await collector.log.line(containing: "stopping.forced") != nil)
        }
    }

    @Test("gRPC connections are told to end and do")
    func grpcConnectionEnds() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
            await collector.server.shutdown()
            try await client.channel.closeFuture.get()
        }
    }

    @Test("ending twice is ending once")
    func shutdownIsIdempotent() async throws {
        try await TestCollector.with { collector async throws in
            await collector.server.shutdown()
            await collector.server.shutdown()
        }
    }

    @Test("C10: a store that is closed makes senders come back later, on both transports")
    func closedStoreIsRetryable() async throws {
        try await TestCollector.with { collector async throws in
            await collector.store.close()
            let reply = try await collector.post(SampleRequest.protobuf())
            #expect(reply.status == 503)
            #expect(reply.headers["retry-after"] != nil)
            let client = try await collector.connectGRPC()
            let answer = try await client.export(SampleRequest.protobuf())
            #expect(answer.status == 14)
            #expect(answer.trailer("grpc-status-details-bin") != nil)
        }
    }

    @Test("a port in use is told by its number, with what to do, and nothing keeps running")
    func portInUse() async throws {
        try await TestCollector.with { collector async throws in
            let taken = TestCollector.settings { $0.httpAddress.port = collector.httpPort }
            do throws(CollectorError) {
                _ = try await CollectorServer.start(
                    store: collector.store, settings: taken, logger: Logger(label: "test"))
                Issue.record("two collectors on one port")
            } catch {
                #expect(error.code == .usage)
                #expect(error.message.contains("port \(collector.httpPort) on 127.0.0.1 is in use"))
                #expect(error.message.contains("--listen-http"))
            }
        }
    }

    @Test(
        "one port for both protocols is one error that names both options",
        arguments: ["127.0.0.1", "0.0.0.0"])
    func samePort(httpHost: String) async {
        // Known before the port is touched, so it does not matter who has it.
        let port = 4317
        let settings = TestCollector.settings {
            $0.grpcAddress.port = port
            $0.httpAddress = ListenAddress(host: httpHost, port: port)
        }
        do throws(CollectorError) {
            _ = try await BoundPorts.take(settings, logger: Logger(label: "test"))
            Issue.record("two protocols on one port")
        } catch {
            #expect(error.code == .usage)
            #expect(error.message.hasPrefix("--listen-grpc and --listen-http both name port \(port): "))
        }
    }

    @Test("a host that nobody knows is told in plain words")
    func unknownHost() async {
        let settings = TestCollector.settings { $0.httpAddress.host = "nowhere.invalid" }
        do throws(CollectorError) {
            _ = try await BoundPorts.take(settings, logger: Logger(label: "test"))
            Issue.record("listens on a host that does not exist")
        } catch {
            #expect(error.code == .usage)
            #expect(
                error.message.hasPrefix("the host \"nowhere.invalid\" of --listen-http is not known here: "))
        }
    }

    @Test("who connects before the store is open is served when it is")
    func earlySenderWaits() async throws {
        let folder = try TemporaryDirectory()
        let log = LogCapture()
        let settings = TestCollector.settings { _ in }
        let ports = try await BoundPorts.take(settings, logger: log.logger)
        let connection = try await WireConnection(port: ports.httpAddress.port)
        connection.post(SampleRequest.protobuf())
        let store = try TelemetryStore.open(path: folder.file("telemetry.db"))
        let server = try await CollectorServer.start(
            on: ports, store: store, settings: settings, logger: log.logger)
        #expect(try await connection.reply().status == 200)
        await server.shutdown()
        await store.close()
    }

    @Test("ports that are given back can be taken again")
    func portsAreGivenBack() async throws {
        let logger = Logger(label: "test")
        // Somebody else may take one meanwhile, but not each time.
        for _ in 0..<10 {
            let ports = try await BoundPorts.take(TestCollector.settings { _ in }, logger: logger)
            await ports.release(logger: logger)
            let again = TestCollector.settings {
                $0.grpcAddress = ports.grpcAddress
                $0.httpAddress = ports.httpAddress
            }
            guard let taken = try? await BoundPorts.take(again, logger: logger) else { continue }
            await taken.release(logger: logger)
            return
        }
        Issue.record("they are still in use")
    }

    @Test("an address of another machine is told")
    func foreignAddress() async throws {
        try await TestCollector.with { collector async throws in
            let settings = TestCollector.settings { $0.grpcAddress.host = "192.0.2.1" }
            do throws(CollectorError) {
                _ = try await CollectorServer.start(
                    store: collector.store, settings: settings, logger: Logger(label: "test"))
                Issue.record("listens on a foreign address")
            } catch {
                #expect(error.message.contains("192.0.2.1"))
                #expect(error.message.contains("--listen-grpc"))
            }
        }
    }

    @Test("listening to everybody is warned of, listening to this machine is not")
    func openAddressIsWarnedOf() async throws {
        let open = TestCollector.settings { $0.httpAddress.host = "0.0.0.0" }
        try await TestCollector.with(open) { collector async throws in
            let lines = await collector.log.rest()
            let warnings = lines.filter { $0.contains(" warning listening.open ") }
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("protocol=otlp/http") == true)
            #expect(
                lines.contains { $0.contains(" info listening address=127.0.0.1:\(collector.grpcPort) ") })
        }
    }
}
