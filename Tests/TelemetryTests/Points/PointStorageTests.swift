import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Points that are stored come back exactly", .timeLimit(.minutes(15)))
struct PointStorageTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static func decoded(_ request: ExportMetricsServiceRequest) throws -> DecodedMetrics {
        let body = request.protobufBytes()
        return try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival)
    }

    private func append(_ request: ExportMetricsServiceRequest, to store: TelemetryStore) async throws {
        let batch = try Self.decoded(request).batch
        _ = try await store.append(.points(batch), digest: BodyDigest(of: request.protobufBytes().span))
    }

    /// All points that a reader finds, in bytes.
    private func stored() throws -> [[UInt8]] {
        let telemetry = try TelemetryReader(path: path)
        return try telemetry.snapshot { () throws(StoreError) in
            let reader = PointReader(telemetry)
            var found: [[UInt8]] = []
            for part in try reader.parts(.all) {
                let opened = try reader.open(part)
                for row in 0..<(try opened.columns().count) {
                    if let point = try opened.point(row) { found.append(point.canonical()) }
                }
            }
            return found.sorted { $0.lexicographicallyPrecedes($1) }
        }
    }

    @Test("Generated requests, through the journal, segments and merges, beside spans", arguments: 0..<3)
    func generated(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        var options = StoreOptions.sealing(every: 120)
        options.durability = .process
        let store = try TelemetryStore.open(path: path, options: options)
        var sent: [[UInt8]] = []
        for number in 0..<60 {
            let request = generator.metricsRequest()
            sent += try Self.decoded(request).batch.canonicalPoints()
            try await append(request, to: store)
            if number % 5 == 0 { try await store.append(generator.request(spansMax: 3)) }
        }
        sent.sort { $0.lexicographicallyPrecedes($1) }
        #expect(try stored() == sent, "seed \(seed)")
        await store.close()
        #expect(try stored() == sent, "seed \(seed)")
        // After a restart what was in the journal is sealed, and all of it merged.
        let again = try TelemetryStore.open(path: path, options: options)
        await again.sealNow()
        await again.close()
        #expect(try stored() == sent, "seed \(seed)")
        _ = try SegmentMerging(path: path).run()
        #expect(try stored() == sent, "seed \(seed)")
        let connection = try Connection(path: path, mode: .readOnly)
        #expect(try connection.integer("SELECT count(*) FROM segment WHERE signal = 2") ?? 0 > 0)
        let report = try DatabaseVerification(path: path).run()
        #expect(report.damages.isEmpty, "seed \(seed): \(report.damages)")
    }

    @Test("A series has one row, whatever the order of its attributes")
    func seriesAreShared() async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
        let pairs = [KeyValue("b", .int(1)), KeyValue("a", .string("x"))]
        for number in 0..<3 {
            let attributes = number == 1 ? Array(pairs.reversed()) : pairs
            let point = MetricPoint(.int(7), time: Sample.baseNanos + UInt64(number), attributes: attributes)
            try await append(.of(Metric("queue", .gauge, [point])), to: store)
            await store.sealNow()
        }
        await store.close()
        let connection = try Connection(path: path, mode: .readOnly)
        #expect(try connection.integer("SELECT count(*) FROM series") == 1)
        let statement = try connection.prepare(
            "SELECT name, type, attributes, temporality, monotonic FROM series")
        #expect(try statement.step())
        #expect(statement.text(0) == "queue")
        #expect(statement.text(1) == "gauge")
        #expect(statement.text(2) == #"{"a":"x","b":1}"#)
        #expect(statement.isNull(3) && statement.isNull(4))
    }

    @Test("hostile 66: of points of one series and time the last one stays, and it is told")
    func lastPointStays() async throws {
        let told = Told()
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1_000)) { event in
            if event.name == "store.duplicates" { told.add(event.fields.map { "\($0.key)=\($0.value)" }) }
        }
        for value in [1, 2, 3] {
            let point = MetricPoint(.int(Int64(value)), time: Sample.baseNanos)
            try await append(.of(Metric("queue", .gauge, [point])), to: store)
        }
        let query = MetricsQuery(name: "queue", window: .all, limit: 10)
        #expect(try TelemetryReader(path: path).points(query).points.map(\.point.value) == [.int(3)])
        await store.sealNow()
        #expect(told.lines == ["points=2"])
        // The same in another segment: one is shown, and merging keeps one.
        let point = MetricPoint(.int(4), time: Sample.baseNanos)
        try await append(.of(Metric("queue", .gauge, [point])), to: store)
        await store.sealNow()
        await store.close()
        var result = try TelemetryReader(path: path).points(query)
        #expect(result.points.map(\.point.value) == [.int(4)])
        #expect(result.duplicates == 1)
        _ = try SegmentMerging(path: path).run()
        result = try TelemetryReader(path: path).points(query)
        #expect(result.points.map(\.point.value) == [.int(4)])
        #expect(result.duplicates == 0)
    }

    @Test("Series, resources and scopes that no segment refers to go, and no others")
    func sweep() async throws {
        var options = StoreOptions.sealing(every: 1)
        let clock = SettableClock(UnixNanos(clamping: Sample.baseNanos))
        options.clock = { clock.now }
        options.steadyClock = { clock.now.rawValue }
        options.retainNanos = 3_600_000_000_000
        let store = try TelemetryStore.open(path: path, options: options)
        for number in 0..<6 {
            let time = Sample.baseNanos + UInt64(number) * 1_800_000_000_000
            clock.now = UnixNanos(clamping: time)
            let point = MetricPoint(.int(1), time: time, attributes: [KeyValue("n", .int(Int64(number)))])
            try await append(.of(Metric("queue", .gauge, [point]), service: "s\(number)"), to: store)
            await store.sealNow()
        }
        for _ in 0..<200 {
            await store.writer.tick()
            await store.writer.settle()
        }
        await store.close()
        let connection = try Connection(path: path, mode: .readOnly)
        let left = try connection.integer("SELECT count(*) FROM segment") ?? 0
        #expect((1..<6).contains(left))
        #expect(try connection.integer("SELECT count(*) FROM series") == left)
        #expect(try connection.integer("SELECT count(*) FROM resource") == left)
        #expect(
            try connection.integer(
                "SELECT count(*) FROM series WHERE resource NOT IN (SELECT id FROM resource)") == 0)
    }
}

/// What was told, from any thread.
private final class Told: Sendable {
    private let content = NIOLockedValueBox<[String]>([])
    var lines: [String] { content.withLockedValue { $0 } }
    func add(_ lines: [String]) { content.withLockedValue { $0 += lines } }
}

private final class SettableClock: Sendable {
    private let content: NIOLockedValueBox<UnixNanos>
    init(_ time: UnixNanos) { content = NIOLockedValueBox(time) }
    var now: UnixNanos {
        get { content.withLockedValue { $0 } }
        set { content.withLockedValue { $0 = newValue } }
    }
}

extension ExportMetricsServiceRequest {
    /// A request with one metric.
    static func of(_ metric: Metric, service: String = "edge") -> ExportMetricsServiceRequest {
        let resource = Resource(attributes: [
            KeyValue("service.name", .string(service)), KeyValue("service.instance.id", .string("edge-1")),
        ])
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(resource: resource, scopeMetrics: [ScopeMetrics(metrics: [metric])])
        ])
    }
}
