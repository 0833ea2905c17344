import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A segment's statistics", .timeLimit(.minutes(15)))
struct StatisticsTests {
    private func view(_ requests: [ExportTraceServiceRequest], peers: [String]) throws -> SegmentView {
        var batches: [SpanBatch] = []
        for (request, peer) in zip(requests, peers) {
            let arrival = Arrival(receivedAt: someArrival.receivedAt, peerAddress: peer)
            batches.append(
                try DecodedTraces.fromProtobuf(request.protobufBytes().span, arrival: arrival).batch)
        }
        return SegmentView(SegmentBuilder(batches).build())
    }

    @Test("tell origins apart by what they say of themselves and by their address")
    func sources() throws {
        let spans = [
            Sample.span(trace: 1, id: 1, startMillis: 5),
            Sample.span(trace: 1, id: 2, startMillis: 9, millis: 700),
        ]
        var failed = Sample.span(trace: 2, id: 1, startMillis: 1)
        failed.status.code = .error
        let view = try view(
            [
                Sample.request(spans, node: nil), Sample.request([failed], node: nil),
                Sample.request([Sample.span(trace: 3, id: 1)]),
            ], peers: ["192.0.2.1", "192.0.2.2", "192.0.2.1"])
        let statistics = try #require(try view.statistics())
        #expect(statistics.peers == ["192.0.2.1", "192.0.2.2"])
        let base = Int64(Sample.baseNanos)
        func source(_ origin: UInt32, _ peer: UInt32, _ spans: Int, _ errors: Int, _ from: Int64, _ to: Int64)
            -> SegmentStatistics.Source
        {
            SegmentStatistics.Source(
                origin: origin, peer: peer, spans: spans, errors: errors,
                firstStart: UnixNanos(rawValue: base + from * 1_000_000),
                lastStart: UnixNanos(rawValue: base + to * 1_000_000))
        }
        #expect(
            Set(statistics.sources) == [
                source(0, 0, 2, 0, 5, 9), source(0, 1, 1, 1, 1, 1), source(1, 0, 1, 0, 0, 0),
            ])
        #expect(statistics.operations.reduce(0) { $0 + $1.spans } == 4)
        #expect(statistics.operations.map(\.longestNanos).max() == 700_000_000)
    }

    @Test("know the least and the greatest number of a column")
    func ranges() throws {
        let values: [[AnyValue]] = [
            [.int(-5), .int(.max), .int(7)], [.double(.nan), .double(-0.5), .double(.infinity)],
            [.bool(true), .bool(true)], [.double(.nan)], [.string("x"), .string("x")], [.empty],
        ]
        var spans: [OTLPModel.Span] = []
        for (column, list) in values.enumerated() {
            for value in list {
                spans.append(
                    Sample.span(
                        trace: UInt64(spans.count + 1), id: 1, attributes: [KeyValue("k\(column)", value)]))
            }
        }
        let view = try view([Sample.request(spans)], peers: ["192.0.2.1"])
        let columns = try #require(try view.statistics()).columns[FieldColumn.count...]
        #expect(columns.map(\.values) == [3, 3, 2, 1, 2, 1])
        let ranges = columns.map(\.range)
        #expect(ranges[0]?.minimum == UInt64(bitPattern: -5))
        #expect(ranges[0]?.maximum == UInt64(Int64.max))
        #expect(ranges[1]?.minimum == (-0.5).bitPattern)
        #expect(ranges[1]?.maximum == Double.infinity.bitPattern)
        #expect(ranges[2] == SegmentStatistics.ValueRange(minimum: 1, maximum: 1))
        #expect(ranges[3] == nil && ranges[4] == nil && ranges[5] == nil)
    }

    @Test("come back from a segment as they were counted, for generated requests", arguments: 0..<6)
    func comeBack(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let folder = try TemporaryDirectory()
        let store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 200))
        for _ in 0..<40 { try await store.append(generator.request()) }
        await store.close()
        try TelemetryReader(path: folder.file("t.db")).forEachView { view in
            let statistics = try #require(try view.statistics(), "seed \(seed)")
            let spans = view.summary.spans
            #expect(statistics.sources.reduce(0) { $0 + $1.spans } == spans)
            #expect(statistics.sources.reduce(0) { $0 + $1.errors } == view.summary.errors)
            #expect(statistics.sources.map(\.firstStart).min() == view.summary.minStart)
            #expect(statistics.sources.map(\.lastStart).max() == view.summary.maxStart)
            #expect(statistics.operations.reduce(0) { $0 + $1.spans } == spans)
            #expect(statistics.operations.map(\.longestNanos).max() == view.summary.maxDuration)
            for column in statistics.columns.indices {
                let values = try view.values(of: column)
                #expect(statistics.columns[column].values == values.count, "seed \(seed)")
                guard case .numbers(let numbers) = values else { continue }
                let type = try view.tables().columns[column].type
                let range = SegmentStatistics.ValueRange(of: numbers[...], type)
                #expect(statistics.columns[column].range == range, "seed \(seed)")
            }
        }
    }

    @Test("damaged ones are damage, not a crash")
    func damage() throws {
        let view = try view([Sample.request([Sample.span(trace: 1, id: 1)])], peers: ["192.0.2.1"])
        let statistics = try #require(try view.statistics())
        var writer = ByteWriter()
        statistics.encode(to: &writer)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<3_000 {
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...2, using: &random))
            var reader = ByteReader(bytes.span)
            _ = try? SegmentStatistics(decoding: &reader)
        }
        var reader = ByteReader(writer.bytes.span)
        #expect(try SegmentStatistics(decoding: &reader) == statistics)
    }
}
