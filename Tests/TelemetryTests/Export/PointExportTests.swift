import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Points leave the database as they came", .timeLimit(.minutes(15)))
struct PointExportTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func database(
        _ requests: [ExportMetricsServiceRequest], name: String = "a.db", segmentPoints: Int = 300
    ) async throws -> TelemetryReader {
        var options = StoreOptions.sealing(every: segmentPoints)
        options.durability = .process
        let store = try TelemetryStore.open(path: folder.file(name), options: options)
        for request in requests {
            let body = request.protobufBytes()
            let decoded = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival)
            _ = try await store.append(.points(decoded.batch), digest: BodyDigest(of: body.span))
        }
        await store.close()
        return try TelemetryReader(path: folder.file(name))
    }

    private func requests(
        _ reader: TelemetryReader, _ selection: SpanSelection = SpanSelection()
    ) throws -> [ExportMetricsServiceRequest] {
        var requests: [ExportMetricsServiceRequest] = []
        var count = 0
        let result = try reader.exportPoints(selection) { chunk in
            #expect(chunk.points.count <= SpanChunk.spansMax)
            count += chunk.points.count
            requests.append(chunk.request)
            return true
        }
        #expect(result.spans == count)
        #expect(result.notes.isEmpty)
        return requests
    }

    /// What points say, and whose they are, in bytes.
    private func canonical(_ requests: [ExportMetricsServiceRequest], asJSON: Bool = false) throws
        -> [[UInt8]]
    {
        try requests.flatMap { request in
            let bytes = asJSON ? Array(JSONNode(request).text.utf8) : request.protobufBytes()
            let decoded =
                asJSON
                ? try DecodedMetrics.fromJSON(bytes.span, arrival: someArrival)
                : try DecodedMetrics.fromProtobuf(bytes.span, arrival: someArrival)
            return try decoded.batch.canonicalPoints()
        }
        .sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test("Requests with points of every type, through protobuf and through JSON", arguments: 0..<6)
    func roundTrip(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let sent = (0..<80).map { _ in generator.metricsRequest() }
        let points = try canonical(sent)
        #expect(points.count > 200, "seed \(seed)")
        let exported = try requests(try await database(sent))
        #expect(try canonical(exported) == points, "seed \(seed)")
        #expect(try canonical(exported, asJSON: true) == points, "seed \(seed)")
        let json = try exported.map { request in
            let text = Array(JSONNode(request).text.utf8)
            return try decodeMetricsRequest(json: text.span)
        }
        let again = try requests(try await database(json, name: "b.db", segmentPoints: 250))
        #expect(try canonical(again) == points, "seed \(seed)")
    }

    @Test("Points of one series are under one metric, and metrics of one sender under one scope")
    func grouping() async throws {
        func metric(_ name: String, _ times: [UInt64]) -> Metric {
            Metric(name, .gauge, times.map { MetricPoint(.int(1), time: Sample.baseNanos + $0) })
        }
        let sent = [[1, 2], [3]].map { (times: [UInt64]) -> ExportMetricsServiceRequest in
            var request = ExportMetricsServiceRequest.of(metric("a", times))
            request.resourceMetrics[0].scopeMetrics[0].metrics.append(metric("b", times))
            return request
        }
        let exported = try requests(try await database(sent))
        #expect(exported.count == 1)
        let groups = try #require(exported.first).resourceMetrics
        #expect(groups.count == 1)
        let metrics = groups.flatMap(\.scopeMetrics).flatMap(\.metrics)
        #expect(metrics.map(\.name).sorted() == ["a", "b"])
        #expect(metrics.map(\.points.count) == [3, 3])
    }

    @Test("Time, service, node and the metric's name select")
    func filters() async throws {
        let sent = ["a.b", "a.c", "d"].enumerated().map { number, name in
            let point = MetricPoint(.int(1), time: Sample.baseNanos + UInt64(number))
            return ExportMetricsServiceRequest.of(Metric(name, .gauge, [point]), service: "s\(number)")
        }
        let reader = try await database(sent)
        func names(_ selection: SpanSelection) throws -> [String] {
            try requests(reader, selection).flatMap { $0.resourceMetrics.flatMap(\.scopeMetrics) }
                .flatMap { $0.metrics.map(\.name) }.sorted()
        }
        #expect(try names(SpanSelection(name: "a.*")) == ["a.b", "a.c"])
        #expect(try names(SpanSelection(name: "a")).isEmpty)
        #expect(try names(SpanSelection(service: "s2")) == ["d"])
        #expect(try names(SpanSelection(node: "edge-*")) == ["a.b", "a.c", "d"])
        #expect(try names(SpanSelection(node: "other")).isEmpty)
        let second = UnixNanos(clamping: Sample.baseNanos + 1)
        #expect(
            try names(SpanSelection(window: TimeWindow(since: second, until: .distantFuture))) == [
                "a.c", "d",
            ])
        let one = TimeWindow(since: second, until: second.advanced(byNanos: 1))
        #expect(try names(SpanSelection(window: one)) == ["a.c"])
    }

    @Test("Chunks hold a thousand points and end where the receiver says", arguments: [999, 1_000, 1_001])
    func chunking(count: Int) async throws {
        let points = (0..<count).map { MetricPoint(.int(1), time: Sample.baseNanos + UInt64($0)) }
        let reader = try await database([.of(Metric("a", .gauge, points))], segmentPoints: 10_000)
        var sizes: [Int] = []
        _ = try reader.exportPoints(SpanSelection()) { chunk in
            sizes.append(chunk.points.count)
            return true
        }
        #expect(sizes == (count > 1_000 ? [1_000, 1] : [count]))
        var seen = 0
        _ = try reader.exportPoints(SpanSelection()) { _ in
            seen += 1
            return false
        }
        #expect(seen == 1)
    }
}
