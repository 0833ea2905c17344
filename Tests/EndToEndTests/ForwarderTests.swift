import Foundation
import Glibc
import TestSupport
import Testing

@Suite(
    "Another collector in front of ours", .serialized, .timeLimit(.minutes(15)),
    .enabled("rotel runs here") { await Rotel.runs })
struct ForwarderTests {
    static let restarts = 10
    private static let requestsPerRestart = 40
    private static let spansPerRequest = 5

    /// It drops a batch whose connection breaks before the answer has come, and never sends it again: so nothing of what
    /// it has on the way may be turned away at the end. (That is also why it is not asked to go through `kill -9`: who
    /// tries again then is in `RestartTests`.)
    @Test(
        "K4: another collector in front, with retry and a queue, while we restart ten times: nothing lost, nothing twice",
        arguments: ["grpc", "http"])
    func forwarded(protocolName: String) async throws {
        let database = try Database()
        let (httpPort, grpcPort) = (try freePort(), try freePort())
        let ports = ["--listen-http", "127.0.0.1:\(httpPort)", "--listen-grpc", "127.0.0.1:\(grpcPort)"]
        var collector = try await Collector.start(on: database, ports)
        defer { collector.process.send(SIGKILL) }
        let rotel = try await Rotel.start(
            sendingBy: protocolName, to: "http://127.0.0.1:\(protocolName == "grpc" ? grpcPort : httpPort)")
        defer { rotel.killAtOnce() }

        var sent: [[String]] = []
        for round in 0..<Self.restarts {
            let ending = collector
            async let restarted = Task {
                try await ending.stop()
                return try await Collector.start(on: database, ports)
            }.value
            try await send(round: round, to: rotel, &sent)
            collector = try await restarted
        }
        #expect(sent.count == Self.restarts * Self.requestsPerRestart)
        let stored = try await storedSpans(expecting: sent.joined().count, of: rotel, in: database)
        #expect(Set(stored).count == stored.count, "something is there twice")
        #expect(Set(stored) == Set(sent.joined()), "something is lost")
        #expect(await rotel.droppedBatches == 0)
    }

    /// All spans, when as many are there as are expected, or the other collector has given some up and no more come.
    private func storedSpans(
        expecting count: Int, of rotel: Rotel, in database: Database
    ) async throws -> [String] {
        var stored: [String] = []
        var rounds = 0
        while rounds < 30 {
            let before = stored.count
            stored = []
            for round in 0..<Self.restarts {
                stored += try await database.spanIDs(ofTrace: Self.trace(round).hex)
            }
            if stored.count >= count { return stored }
            rounds = stored.count > before ? 0 : rounds + 1
            try await Task.sleep(for: .milliseconds(100))
        }
        return stored
    }

    private static func trace(_ round: Int) -> (bytes: [UInt8], hex: String) {
        let bytes = SampleRequest.id(UInt64(round + 1), count: 16)
        return (bytes, SampleRequest.hex(bytes))
    }

    /// Sends requests to the collector in front, which acknowledges what it has in its queue.
    private func send(round: Int, to rotel: Rotel, _ sent: inout [[String]]) async throws {
        for number in 0..<Self.requestsPerRestart {
            let ids = (0..<Self.spansPerRequest).map {
                SampleRequest.id(UInt64((round * 1_000 + number) * 100 + $0 + 1), count: 8)
            }
            let body = SampleRequest.body(traceID: Self.trace(round).bytes, spanIDs: ids)
            let port = rotel.port
            let reply = try await onOwnThread {
                Result { () throws(TestSupportError) -> HTTPReply in
                    var connection = try HTTPConnection(port: port)
                    return try connection.send(
                        "POST", "/v1/traces", headers: [("Content-Type", "application/x-protobuf")],
                        body: body)
                }
            }.get()
            #expect(reply.status == 200)
            sent.append(ids.map(SampleRequest.hex))
            // Some twenty batches a restart, spread over it.
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
