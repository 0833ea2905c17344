import OTLPModel
import TestSupport

@testable import Telemetry

/// Two hours of gauges that a test spells out, one reading a minute; the second hour is asked for.
struct GaugeSample {
    struct Series {
        var node: String
        var name: String
        var attributes: [KeyValue] = []
        /// By minute of the two hours; nil for none.
        var value: (Int) -> Double?
    }

    private(set) var series: [Series] = []
    /// Whether nodes send something each minute besides.
    var minutes = 0..<120

    mutating func add(
        _ node: String, _ name: String, _ attributes: [String: String] = [:],
        _ value: @escaping (Int) -> Double?
    ) {
        let pairs = attributes.sorted { $0.key < $1.key }.map { KeyValue($0.key, .string($0.value)) }
        series.append(Series(node: node, name: name, attributes: pairs, value: value))
    }

    /// Stores each minute as an export of its own, which arrives at once.
    func reader(at path: String) async throws -> TelemetryReader {
        let store = try TelemetryStore.open(path: path)
        for minute in minutes {
            for (node, parts) in Dictionary(grouping: series, by: \.node).sorted(by: { $0.key < $1.key }) {
                let time = Sample.baseNanos + UInt64(minute) * 60_000_000_000
                let metrics = parts.compactMap { part in
                    part.value(minute).map { value in
                        var point = MetricPoint(.double(value), time: time)
                        point.attributes = part.attributes
                        return Metric(part.name, .gauge, [point])
                    }
                }
                guard !metrics.isEmpty else { continue }
                let request = ExportMetricsServiceRequest(resourceMetrics: [
                    ResourceMetrics(
                        resource: Resource(attributes: [
                            KeyValue("service.name", .string("agent")),
                            KeyValue("service.instance.id", .string(node)),
                        ]),
                        scopeMetrics: [
                            ScopeMetrics(scope: InstrumentationScope(name: "agent"), metrics: metrics)
                        ])
                ])
                let body = request.protobufBytes()
                let arrival = Arrival(receivedAt: UnixNanos(clamping: time), peerAddress: "192.0.2.9")
                let decoded = try DecodedMetrics.fromProtobuf(body.span, arrival: arrival)
                _ = try await store.append(.points(decoded.batch), digest: BodyDigest(of: body.span))
            }
        }
        await store.close()
        return try TelemetryReader(path: path)
    }

    /// Of the second hour, as `rule subject`.
    func found(baseline: Int64 = 3_600_000_000_000) async throws -> [String] {
        let folder = try TemporaryDirectory()
        return try await reader(at: folder.file("gauges.db"))
            .incidents(IncidentFleet.query(baseline: baseline)).causesFound
    }
}
