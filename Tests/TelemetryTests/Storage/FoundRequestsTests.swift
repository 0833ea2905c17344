import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Requests that are found when a segment is made", .timeLimit(.minutes(15)))
struct FoundRequestsTests {
    private struct Fixture: Decodable {
        struct Vector: Decodable {
            var input: String
        }
        var vectors: [Vector]
    }

    private func columns(_ requests: [ExportTraceServiceRequest]) throws -> SegmentColumns {
        let batches = try requests.map {
            try DecodedTraces.fromProtobuf($0.protobufBytes().span, arrival: someArrival).batch
        }
        return SegmentBuilder(batches).build()
    }

    private func encoded(_ requests: SegmentRequests) -> [UInt8] {
        var writer = ByteWriter()
        requests.encode(ZstdCompressor(), to: &writer)
        return writer.bytes
    }

    private func decoded(_ bytes: [UInt8], spans: Int) throws -> SegmentRequests? {
        try SegmentDecoder(spanCount: spans).requests(bytes.span)
    }

    @Test("What was written is read back, for generated requests", arguments: 0..<8)
    func roundTrip(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let columns = try columns((0..<20).map { _ in generator.request() })
        let found = try #require(SegmentRequests.found(columns)).requests
        #expect(try decoded(encoded(found), spans: columns.spanCount) == found, "seed \(seed)")
    }

    @Test("A segment without requests has none")
    func nothing() throws {
        let columns = try columns([Sample.request([Sample.span(trace: 1, id: 1, kind: .internal)])])
        let found = try #require(SegmentRequests.found(columns)).requests
        #expect(found.count == 0)
        #expect(try decoded(encoded(found), spans: 1) == found)
    }

    @Test("What breaks off or has bytes left over is damage")
    func damage() throws {
        let columns = try columns(try samples())
        let bytes = encoded(try #require(SegmentRequests.found(columns)).requests)
        for count in 0..<bytes.count {
            #expect(throws: ByteReader.Damage.self) {
                try decoded(Array(bytes.prefix(count)), spans: columns.spanCount)
            }
        }
        #expect(throws: ByteReader.Damage.self) { try decoded(bytes + [0], spans: columns.spanCount) }
        // Rows beyond the segment.
        #expect(throws: ByteReader.Damage.self) { try decoded(bytes, spans: columns.spanCount / 2) }
        #expect(try decoded([SegmentRequests.version + 1], spans: 1) == nil)
    }

    // MARK: Rules

    /// Requests for all paths of the fixture, with a bit of everything that tells something of a request.
    private func samples() throws -> [ExportTraceServiceRequest] {
        let file = Repository.root.appending(path: "Tests/Fixtures/module_path.json")
        let vectors = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file)).vectors
        let statuses: [Int64] = [200, 404, 304, 502, 0, 410, 301, 429]
        let more: [[KeyValue]] = [
            [KeyValue("cache.hit", .bool(true))],
            [KeyValue("error", .string("true"))],
            [KeyValue("http.response.header.age", .array([.string("17")]))],
            [KeyValue("goproxy.fetch.outcome", .string("checksum_mismatch"))],
            [KeyValue("error.type", .string("timeout")), KeyValue("user_agent.original", .string("Go"))],
            [KeyValue("http.response.header.x-cache", .array([.string("MISS")]))],
            [KeyValue("upstream_cache_status", .string("STALE"))],
        ]
        return vectors.enumerated().map { index, vector in
            let trace = UInt64(index + 1)
            let attributes =
                [
                    KeyValue("url.path", .string(vector.input)),
                    KeyValue("http.response.status_code", .int(statuses[index % statuses.count])),
                    KeyValue("http.response.body.size", .int(Int64(index % 5))),
                    KeyValue("client.address", .string("192.0.2.\(index % 9):4711")),
                ] + more[index % more.count]
            return Sample.request([
                Sample.span(trace: trace, id: 1, kind: .server, millis: 90, attributes: attributes),
                Sample.span(trace: trace, id: 2, parent: 1, kind: .client, startMillis: 1, millis: 80),
                // A hop that does not say what it was asked for, and Athens below it.
                Sample.span(trace: trace, id: 3, parent: 2, kind: .server, startMillis: 2, millis: 70),
                Sample.span(
                    trace: trace, id: 4, parent: 3, name: "protocol.Zip", kind: .internal, startMillis: 3,
                    millis: 60),
                Sample.span(
                    trace: trace, id: 5, parent: 4, name: "s3.Zip", kind: .internal, startMillis: 3, millis: 5
                ),
                Sample.span(trace: trace, id: 6, parent: 99, kind: .server, startMillis: 4, millis: 1),
            ])
        }
    }

    @Test("Other rules come with another version: files keep what was found by the old ones")
    func version() throws {
        let found = try #require(SegmentRequests.found(try columns(try samples()))).requests
        #expect(found.count == 37 * 3)
        #expect(found.waits.count > 5 && found.firstRowOfClient.count > 5)
        let lines = found.rows.indices.map { place in
            "\(found.rows[place]) \(found.facts[place].bits) \(found.outers[place]) \(found.modules[place]) "
                + "\(found.clients[place]) \(found.responseBytes[place])"
        }
        let names = (0..<found.moduleNames.count).map { found.moduleNames.text($0) }
        let waits = found.waits.map { "\($0.place) \($0.after) \($0.nanos)" }
        let all = (lines + names + waits).joined(separator: "\n")
        // Whoever has to change this number raises the version, or files answer by the old rules.
        let bytes = Array(all.utf8)
        #expect(checksum(bytes.span) == 15_608_940_606_137_332_030)
        #expect(SegmentRequests.version == 3)
    }
}
