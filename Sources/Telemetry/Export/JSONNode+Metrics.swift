package import OTLPModel

extension JSONNode {
    /// A request of metrics in OTLP's JSON encoding, as those of spans are.
    package init(_ request: ExportMetricsServiceRequest) {
        self = .object([
            JSONMember("resourceMetrics", .array(request.resourceMetrics.map(Self.resourceMetrics)))
        ])
    }

    private static func resourceMetrics(_ group: ResourceMetrics) -> JSONNode {
        var members = Members()
        members.list.append(JSONMember("resource", resource(group.resource)))
        members.list("scopeMetrics", group.scopeMetrics.map(scopeMetrics))
        members.text("schemaUrl", group.schemaURL)
        return members.node
    }

    private static func scopeMetrics(_ group: ScopeMetrics) -> JSONNode {
        var members = Members()
        members.list.append(JSONMember("scope", scope(group.scope)))
        members.list("metrics", group.metrics.map(metric))
        members.text("schemaUrl", group.schemaURL)
        return members.node
    }

    private static func metric(_ metric: Metric) -> JSONNode {
        var members = Members()
        members.text("name", metric.name)
        members.text("description", metric.description)
        members.text("unit", metric.unit)
        if let field = metric.type.jsonField {
            var data = Members()
            data.list("dataPoints", metric.points.map { point($0, metric.type) })
            data.number("aggregationTemporality", metric.temporality.rawValue)
            if metric.isMonotonic { data.list.append(JSONMember("isMonotonic", .bool(true))) }
            members.list.append(JSONMember(field, data.node))
        }
        if !metric.metadata.isEmpty { members.list.append(JSONMember("metadata", JSONNode(metric.metadata))) }
        return members.node
    }

    private static func point(_ point: MetricPoint, _ type: MetricType) -> JSONNode {
        var members = Members()
        members.attributes(point.attributes)
        members.time("startTimeUnixNano", point.startTimeUnixNano)
        members.time("timeUnixNano", point.timeUnixNano)
        switch point.value {
        case .none: break
        case .int, .double: number(point.value, in: &members)
        case .histogram(let value):
            distribution(value.count, value.sum, value.min, value.max, in: &members)
            members.list("bucketCounts", value.bucketCounts.map { .string(String($0)) })
            members.list("explicitBounds", value.explicitBounds.map { plain(.double($0)) })
        case .exponentialHistogram(let value):
            distribution(value.count, value.sum, value.min, value.max, in: &members)
            members.number("scale", value.scale)
            members.time("zeroCount", value.zeroCount)
            for (key, buckets) in [("positive", value.positive), ("negative", value.negative)]
            where buckets != ExponentialBuckets() {
                var inner = Members()
                inner.number("offset", buckets.offset)
                inner.list("bucketCounts", buckets.bucketCounts.map { .string(String($0)) })
                members.list.append(JSONMember(key, inner.node))
            }
            if value.zeroThreshold.bitPattern != 0 {
                members.list.append(JSONMember("zeroThreshold", plain(.double(value.zeroThreshold))))
            }
        case .summary(let value):
            let sum = value.sum.bitPattern == 0 ? nil : value.sum
            distribution(value.count, sum, nil, nil, in: &members)
            members.list("quantileValues", value.quantiles.map(quantile))
        }
        members.list("exemplars", point.exemplars.map(exemplar))
        members.count("flags", point.flags)
        return members.node
    }

    private static func number(_ value: PointValue, in members: inout Members) {
        switch value {
        case .int(let number): members.list.append(JSONMember("asInt", .string(String(number))))
        case .double(let number): members.list.append(JSONMember("asDouble", plain(.double(number))))
        case .none, .histogram, .exponentialHistogram, .summary: break
        }
    }

    private static func distribution(
        _ count: UInt64, _ sum: Double?, _ min: Double?, _ max: Double?, in members: inout Members
    ) {
        members.time("count", count)
        for (key, value) in [("sum", sum), ("min", min), ("max", max)] {
            if let value { members.list.append(JSONMember(key, plain(.double(value)))) }
        }
    }

    private static func quantile(_ quantile: QuantileValue) -> JSONNode {
        var members = Members()
        for (key, value) in [("quantile", quantile.quantile), ("value", quantile.value)]
        where value.bitPattern != 0 {
            members.list.append(JSONMember(key, plain(.double(value))))
        }
        return members.node
    }

    private static func exemplar(_ exemplar: Exemplar) -> JSONNode {
        var members = Members()
        if !exemplar.filteredAttributes.isEmpty {
            members.list.append(JSONMember("filteredAttributes", JSONNode(exemplar.filteredAttributes)))
        }
        members.time("timeUnixNano", exemplar.timeUnixNano)
        number(exemplar.value, in: &members)
        members.text("spanId", hexadecimal(exemplar.spanID))
        members.text("traceId", hexadecimal(exemplar.traceID))
        return members.node
    }
}

extension MetricType {
    /// The member of a metric that has its points.
    fileprivate var jsonField: String? {
        switch self {
        case .none: nil
        case .gauge: "gauge"
        case .sum: "sum"
        case .histogram: "histogram"
        case .exponentialHistogram: "exponentialHistogram"
        case .summary: "summary"
        }
    }
}
