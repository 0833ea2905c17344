import OTLPModel
import Testing

@testable import Telemetry

@Suite("A look at a request with points")
struct PointInspectionTests {
    private static let time: UInt64 = 1_790_000_000_000_000_000

    private func inspect(_ metrics: [Metric], resources: Int = 1) throws -> [OriginInspection] {
        let groups = (0..<resources).map { number in
            var group = ResourceMetrics(scopeMetrics: [ScopeMetrics(metrics: metrics)])
            group.resource.attributes = [KeyValue("service.name", .string("s\(number)"))]
            return group
        }
        let body = ExportMetricsServiceRequest(resourceMetrics: groups).protobufBytes()
        let arrival = Arrival(receivedAt: UnixNanos(clamping: Self.time), peerAddress: "10.0.0.1")
        let decoded = try DecodedMetrics.fromProtobuf(body.span, arrival: arrival)
        return TelemetryBatch.points(decoded.batch).inspect()
    }

    private func sum(_ count: Int, _ change: (Int, inout MetricPoint) -> Void) -> Metric {
        let points = (0..<count).map { number in
            var point = MetricPoint(.int(1), time: Self.time - 1_000)
            point.startTimeUnixNano = Self.time - 2_000
            point.attributes = [KeyValue("key", .int(Int64(number)))]
            change(number, &point)
            return point
        }
        var metric = Metric("requests", .sum, points)
        metric.temporality = .cumulative
        return metric
    }

    @Test("of a few points all are looked at")
    func fewPoints() throws {
        let metric = sum(100) { number, point in
            if number == 99 { point.attributes.append(KeyValue("last", .string(""))) }
            if number == 50 { point.timeUnixNano = 0 }
        }
        let found = try #require(try inspect([metric]).first)
        #expect(found.signal == .metrics)
        #expect(found.items == 100)
        #expect(found.withoutTime == 1)
        #expect(found.emptyKeys == ["last"])
        #expect(found.temporalities.map(\.metric) == ["requests"])
        #expect(found.lastEnd == UnixNanos(clamping: Self.time - 1_000))
    }

    @Test(
        "of many points and series some are, from the first to the last", arguments: [1_024, 1_025, 20_000])
    func manyPoints(count: Int) throws {
        let metric = sum(count) { number, point in
            if number >= count - count / 10 { point.attributes.append(KeyValue("late", .string(""))) }
            if number >= count - count / 10 { point.startTimeUnixNano = 0 }
        }
        let found = try #require(try inspect([metric]).first)
        #expect((500...1_024).contains(found.items))
        #expect(found.emptyKeys == ["late"])
        #expect(found.metricsWithoutStart == ["requests"])
    }

    @Test(
        "values that look empty and are none",
        arguments: [.int(0), .bool(false), .string("x"), .bytes([])] as [AnyValue])
    func notEmpty(value: AnyValue) throws {
        let metric = sum(1) { $1.attributes = [KeyValue("key", value)] }
        #expect(try inspect([metric]).first?.emptyKeys == [])
    }

    @Test("of resources sixteen are looked at", arguments: [15, 16, 17])
    func manyResources(count: Int) throws {
        #expect(try inspect([sum(1) { _, _ in }], resources: count).count == min(count, 16))
    }

    @Test("gauges and summaries are neither totals nor differences")
    func withoutTemporality() throws {
        var gauge = sum(1) { $1.startTimeUnixNano = 0 }
        gauge.type = .gauge
        let found = try #require(try inspect([gauge]).first)
        #expect(found.temporalities.isEmpty)
        #expect(found.metricsWithoutStart.isEmpty)
    }
}
