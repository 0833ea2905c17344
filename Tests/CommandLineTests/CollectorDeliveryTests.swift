import OTLPModel
import TestSupport
import Telemetry
import Testing

@testable import traceq

@Suite("Requests of files on their way to a collector", .timeLimit(.minutes(15)))
struct CollectorDeliveryTests {
    private static var record: ImportRecord {
        var span = Span()
        span.traceID = [UInt8](repeating: 1, count: 16)
        span.spanID = [UInt8](repeating: 2, count: 8)
        let request = ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(scopeSpans: [ScopeSpans(spans: [span])])
        ])
        return ImportRecord(bytes: request.protobufBytes(), isJSON: false, number: 1, offset: 0)
    }

    private func deliver(
        to server: CannedServer, patienceNanos: Int64
    ) async throws -> ImportRun.Delivery {
        let delivery = try CollectorDelivery(
            url: "http://127.0.0.1:\(server.port)", patienceNanos: patienceNanos)
        return await delivery.deliver(
            Self.record, RequestTurn(order: RequestOrder(), index: 0, skipsBad: false))
    }

    @Test(
        "A collector that stays overloaded is given up, whichever status says so",
        arguments: [429, 502, 503, 504])
    func patience(status: Int) async throws {
        let server = try CannedServer("HTTP/1.1 \(status) Busy\r\nContent-Length: 0\r\n\r\n")
        // A second is enough for another try, which is the last.
        for (patience, requests) in [(Int64(0), 1), (1_000_000_000, 3)] {
            guard case .failed(let failure) = try await deliver(to: server, patienceNanos: patience) else {
                Issue.record("\(status) is no failure")
                continue
            }
            #expect(failure.message.contains("answers \(status)"))
            #expect(patience == 0 ? server.requests == requests : server.requests >= requests)
        }
    }

    private static func run(
        _ server: CannedServer, _ records: [ImportRecord], skipsBad: Bool = false
    ) async throws -> (state: ImportRun.State, stop: ImportRun.Stop?) {
        let delivery = try CollectorDelivery(url: "http://127.0.0.1:\(server.port)")
        return await onOwnThread {
            let run = ImportRun(
                skipsBad: skipsBad, deliver: { await delivery.deliver($0, $1) }, onProgress: { _ in })
            return run.run(Records(records))
        }
    }

    /// Requests as a file would have them.
    private final class Records: RecordSource {
        let framing: RecordFraming? = nil
        private var rest: ArraySlice<ImportRecord>

        init(_ records: [ImportRecord]) { rest = records[...] }

        func next() throws(ImportError) -> ImportRecord? { rest.popFirst() }
    }

    @Test("Four requests are under way at once")
    func several() async throws {
        let server = try CannedServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", together: 4)
        let (state, stop) = try await Self.run(server, (0..<12).map { _ in Self.record })
        #expect(stop == nil)
        #expect(server.requests == 12 && state.counts[.traces].stored == 12)
    }

    @Test(
        "Nothing behind a request that cannot be read is sent, unless bad ones are skipped",
        arguments: [false, true])
    func bad(skipsBad: Bool) async throws {
        let server = try CannedServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        var records = (1...12).map { number in
            var record = Self.record
            record.number = number
            return record
        }
        records[5].bytes = [0xff, 0xff]
        let (state, stop) = try await Self.run(server, records, skipsBad: skipsBad)
        #expect(server.requests == (skipsBad ? 11 : 5))
        #expect(state.counts[.traces].stored == (skipsBad ? 11 : 5))
        #expect(state.bad.map(\.record) == [6])
        guard case .bad(let error)? = stop else {
            #expect(skipsBad)
            return
        }
        #expect(error.record == 6)
    }

    @Test("The first request that the collector refuses is the one that is told of")
    func refused() async throws {
        let server = try CannedServer("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
        let records = (1...12).map { number in
            var record = Self.record
            record.number = number
            return record
        }
        let (_, stop) = try await Self.run(server, records)
        guard case .bad(let error)? = stop else {
            Issue.record("nothing is told")
            return
        }
        #expect(error.record == 1 && error.message.contains("answers 400"))
        #expect(server.requests <= 4)
    }

    @Test("Another refusal is final at once") func refusal() async throws {
        let server = try CannedServer("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")
        guard case .failed = try await deliver(to: server, patienceNanos: 60_000_000_000) else {
            Issue.record("500 is no failure")
            return
        }
        #expect(server.requests == 1)
    }

    @Test("Of an answer's body the first 4 KiB are kept", arguments: [0, 4_095, 4_096, 4_097, 1 << 20])
    func body(count: Int) throws {
        let text = String(repeating: "x", count: count)
        let server = try CannedServer("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n\(text)")
        var poster = HTTPPoster(try CollectorURL("http://127.0.0.1:\(server.port)"))
        for _ in 0..<2 {
            let reply = try poster.post([1], to: "/", contentType: "text/plain")
            #expect(reply.status == 200)
            #expect(reply.body.count == min(count, 4_096))
        }
    }

    @Test("A body of any announced length is not waited for") func endlessBody() throws {
        let server = try CannedServer("HTTP/1.1 200 OK\r\nContent-Length: \(Int.max)\r\n\r\nx")
        var poster = HTTPPoster(try CollectorURL("http://127.0.0.1:\(server.port)"))
        for _ in 0..<2 { #expect(try poster.post([1], to: "/", contentType: "text/plain").body == [0x78]) }
    }
}
