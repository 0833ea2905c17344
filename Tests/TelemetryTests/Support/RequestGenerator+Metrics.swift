import OTLPModel

@testable import Telemetry

/// Metrics that exercise everything a point can hold.
extension RequestGenerator {
    mutating func metricsRequest(pointsMax: Int = 6) -> ExportMetricsServiceRequest {
        ExportMetricsServiceRequest(
            resourceMetrics: list(0...3) { generator in
                ResourceMetrics(
                    resource: generator.resource(),
                    scopeMetrics: generator.list(0...2) { inner in
                        ScopeMetrics(
                            scope: inner.scope(), metrics: inner.list(0...4) { $0.metric(pointsMax) },
                            schemaURL: inner.maybe { $0.text() } ?? "")
                    },
                    schemaURL: generator.maybe { $0.text() } ?? "")
            })
    }

    private mutating func metric(_ pointsMax: Int) -> Metric {
        var metric = Metric(
            oneOf(["http.server.request.duration", "queue", "disk", "темп", "x\u{0}y"]),
            oneOf(MetricType.allCases))
        metric.description = maybe { $0.text() } ?? ""
        metric.unit = oneOf(["", "s", "By", "{request}"])
        metric.metadata = maybe { $0.attributes() } ?? []
        if [.sum, .histogram, .exponentialHistogram].contains(metric.type) {
            metric.temporality = AggregationTemporality(rawValue: oneOf([0, 1, 2, 7, -1]))
        }
        if metric.type == .sum { metric.isMonotonic = oneOf([true, false]) }
        if metric.type != .none { metric.points = list(0...pointsMax) { $0.point(metric.type) } }
        return metric
    }

    private mutating func double() -> Double {
        oneOf([0, -0.0, 1.5, -1e308, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 0.1])
    }

    private mutating func point(_ type: MetricType) -> MetricPoint {
        var point = MetricPoint()
        point.attributes = attributes()
        // Times differ, or later points take the places of earlier ones.
        point.timeUnixNano = 1_790_000_000_000_000_000 + UInt64(number(below: 1 << 40))
        point.startTimeUnixNano = oneOf([0, 1, 1_790_000_000_000_000_000, .max])
        point.flags = oneOf([0, 0, 1, 7, .max])
        if type != .summary {
            point.exemplars = maybe { generator in generator.list(1...2) { $0.exemplar() } } ?? []
        }
        switch type {
        case .none: break
        case .gauge, .sum: point.value = oneOf([.none, .int(.min), .int(-1), .int(0), .double(double())])
        case .histogram:
            var value = HistogramValue()
            let bounds = number(below: 4)
            value.count = oneOf([0, 1, .max])
            value.sum = maybe { $0.double() }
            value.min = maybe { $0.double() }
            value.max = maybe { $0.double() }
            value.explicitBounds = (0..<bounds).map { Double($0) * 0.5 - 1 }
            value.bucketCounts =
                bounds == 0 && oneOf([true, false]) ? [] : (0...bounds).map { _ in oneOf([0, 9, .max]) }
            point.value = .histogram(value)
        case .exponentialHistogram:
            var value = ExponentialHistogramValue()
            value.count = oneOf([0, 1, .max])
            value.sum = maybe { $0.double() }
            value.min = maybe { $0.double() }
            value.max = maybe { $0.double() }
            value.scale = oneOf([-10, -1, 0, 20])
            value.zeroCount = oneOf([0, 5])
            value.zeroThreshold = oneOf([0, 0.25])
            value.positive = buckets()
            value.negative = buckets()
            point.value = .exponentialHistogram(value)
        case .summary:
            var value = SummaryValue()
            value.count = oneOf([0, 12])
            value.sum = double()
            value.quantiles = list(0...3) {
                QuantileValue(quantile: $0.oneOf([0, 0.5, 1]), value: $0.double())
            }
            point.value = .summary(value)
        }
        return point
    }

    private mutating func buckets() -> ExponentialBuckets {
        ExponentialBuckets(
            offset: oneOf([0, -5, 1_000]), bucketCounts: list(0...4) { $0.oneOf([0, 3, .max]) })
    }

    private mutating func exemplar() -> Exemplar {
        var exemplar = Exemplar()
        exemplar.filteredAttributes = attributes()
        exemplar.timeUnixNano = oneOf([0, 1_790_000_000_000_000_000])
        exemplar.value = oneOf([.none, .int(7), .double(double())])
        exemplar.spanID = bytes(oneOf([0, 8]))
        exemplar.traceID = bytes(oneOf([0, 16]))
        return exemplar
    }
}

extension PointBatch {
    /// Each point with whose it is, in bytes: equal points give equal bytes.
    func canonicalPoints() throws -> [[UInt8]] {
        let places = rows.distributionPlaces()
        return try (0..<rows.count).map { row in
            let series = table.series[Int(rows.seriesIndexes[row])]
            let origin = table.origins.origins[Int(series.origin)]
            let metric = Array(table.metrics[Int(series.metric)])
            guard let type = Metric(canonicalBytes: metric)?.type,
                let point = rows.point(row, distribution: Int(places[row]), of: type)
            else { throw StoreError(.damaged, "a point of a batch") }
            return canonicalPoint(
                Array(table.origins.resources[Int(origin.resource)]),
                Array(table.origins.scopes[Int(origin.scope)]), metric,
                Array(table.attributes[Int(series.attributes)]), point, type)
        }
    }
}

extension StoredPoint {
    func canonical() -> [UInt8] {
        var metric = ProtobufWriter()
        series.metric.write(to: &metric)
        return canonicalPoint(
            ResourceSpans(resource: series.resource, schemaURL: series.resourceSchemaURL).protobufBytes(),
            ScopeSpans(scope: series.scope, schemaURL: series.scopeSchemaURL).protobufBytes(), metric.bytes,
            PointAttributes(series.attributes).bytes, point, series.metric.type)
    }
}

private func canonicalPoint(
    _ resource: [UInt8], _ scope: [UInt8], _ metric: [UInt8], _ attributes: [UInt8], _ point: MetricPoint,
    _ type: MetricType
) -> [UInt8] {
    var writer = ProtobufWriter()
    for part in [resource, scope, metric, attributes] { writer.repeatedBytes(1, part) }
    writer.message(2) { point.write(to: &$0, of: type) }
    return writer.bytes
}
