package import OTLPModel

/// Decodes an OTLP/JSON `ExportMetricsServiceRequest`: see `decodeTraceRequest(json:limits:)`.
/// - Throws: `.malformedJSON`, `.tooDeep` or `.tooLarge`, with line, column and field path
package func decodeMetricsRequest(
    json body: ByteSpan, limits: DecodeLimits = DecodeLimits()
) throws(DecodeError) -> ExportMetricsServiceRequest {
    var decoder = OTLPJSONDecoder(body, limits: limits)
    return try decoder.metricsRequest()
}

/// The same, with what is odd about the body.
func decodeNotedMetricsRequest(
    json body: ByteSpan, limits: DecodeLimits
) throws(DecodeError) -> (request: ExportMetricsServiceRequest, notes: DecodeNotes) {
    var decoder = OTLPJSONDecoder(body, limits: limits)
    let request = try decoder.metricsRequest()
    return (request, decoder.allNotes)
}

extension OTLPJSONDecoder {
    fileprivate mutating func metricsRequest() throws(DecodeError) -> ExportMetricsServiceRequest {
        var request = ExportMetricsServiceRequest()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "resourceMetrics":
                request.resourceMetrics = []
                try reader.beginArray()
                while try nextMessage(of: ResourceMetrics.self) {
                    request.resourceMetrics.append(try resourceMetrics())
                }
            default: try reader.skipValue()
            }
        }
        try reader.end()
        return request
    }

    private mutating func resourceMetrics() throws(DecodeError) -> ResourceMetrics {
        var result = ResourceMetrics()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "resource": result.resource = try resource()
            case "scopeMetrics":
                result.scopeMetrics = []
                try reader.beginArray()
                while try nextMessage(of: ScopeMetrics.self) {
                    result.scopeMetrics.append(try scopeMetrics())
                }
            case "schemaUrl": result.schemaURL = try reader.string()
            default: try reader.skipValue()
            }
        }
        return result
    }

    private mutating func scopeMetrics() throws(DecodeError) -> ScopeMetrics {
        var result = ScopeMetrics()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "scope": result.scope = try scope()
            case "metrics":
                result.metrics = []
                try reader.beginArray()
                while try nextMessage(of: Metric.self) { result.metrics.append(try metric()) }
            case "schemaUrl": result.schemaURL = try reader.string()
            default: try reader.skipValue()
            }
        }
        return result
    }

    private static let dataFields: [String: MetricType] = [
        "gauge": .gauge, "sum": .sum, "histogram": .histogram,
        "exponentialHistogram": .exponentialHistogram, "summary": .summary,
    ]

    private mutating func metric() throws(DecodeError) -> Metric {
        var metric = Metric()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "name": metric.name = try reader.string()
            case "description": metric.description = try reader.string()
            case "unit": metric.unit = try reader.string()
            case "metadata": metric.metadata = try attributes()
            default:
                if let type = Self.dataFields[key] {
                    // Of several members of the `oneof` the last one counts.
                    metric.type = type
                    metric.temporality = .unspecified
                    metric.isMonotonic = false
                    metric.points = []
                    try data(of: &metric)
                } else {
                    try reader.skipValue()
                }
            }
        }
        return metric
    }

    private mutating func data(of metric: inout Metric) throws(DecodeError) {
        try reader.beginObject()
        while let key = try nextField() {
            switch (key, metric.type) {
            case ("dataPoints", _):
                metric.points = []
                try reader.beginArray()
                while try nextMessage(of: MetricPoint.self) {
                    metric.points.append(try point(of: metric.type))
                }
            case ("aggregationTemporality", .sum), ("aggregationTemporality", .histogram),
                ("aggregationTemporality", .exponentialHistogram):
                metric.temporality = AggregationTemporality(
                    rawValue: try enumeration(Self.temporalities, of: "aggregation temporality"))
            case ("isMonotonic", .sum): metric.isMonotonic = try reader.bool()
            default: try reader.skipValue()
            }
        }
    }

    private static let temporalities: [String: Int32] = [
        "AGGREGATION_TEMPORALITY_UNSPECIFIED": 0, "AGGREGATION_TEMPORALITY_DELTA": 1,
        "AGGREGATION_TEMPORALITY_CUMULATIVE": 2,
    ]

    private mutating func point(of type: MetricType) throws(DecodeError) -> MetricPoint {
        var point = MetricPoint()
        var histogram = HistogramValue()
        var exponential = ExponentialHistogramValue()
        var summary = SummaryValue()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "attributes": point.attributes = try attributes()
            case "startTimeUnixNano": point.startTimeUnixNano = try reader.integer(UInt64.self)
            case "timeUnixNano": point.timeUnixNano = try reader.integer(UInt64.self)
            case "flags": point.flags = try reader.integer(UInt32.self)
            case "exemplars" where type != .summary:
                point.exemplars = []
                try reader.beginArray()
                while try nextMessage(of: Exemplar.self) { point.exemplars.append(try exemplar()) }
            default:
                switch type {
                case .none: try reader.skipValue()
                case .gauge, .sum: try number(key, &point.value)
                case .histogram: try field(key, of: &histogram)
                case .exponentialHistogram: try field(key, of: &exponential)
                case .summary: try field(key, of: &summary)
                }
            }
        }
        switch type {
        case .none, .gauge, .sum: break
        case .histogram: point.value = .histogram(histogram)
        case .exponentialHistogram: point.value = .exponentialHistogram(exponential)
        case .summary: point.value = .summary(summary)
        }
        return point
    }

    private mutating func number(_ key: String, _ value: inout PointValue) throws(DecodeError) {
        switch key {
        case "asDouble": value = .double(try reader.double())
        case "asInt": value = .int(try reader.integer(Int64.self))
        default: try reader.skipValue()
        }
    }

    private mutating func field(_ key: String, of value: inout HistogramValue) throws(DecodeError) {
        switch key {
        case "count": value.count = try reader.integer(UInt64.self)
        case "sum": value.sum = try reader.double()
        case "min": value.min = try reader.double()
        case "max": value.max = try reader.double()
        case "bucketCounts": value.bucketCounts = try counts()
        case "explicitBounds":
            value.explicitBounds = []
            try reader.beginArray()
            while try nextMessage(of: Double.self) { value.explicitBounds.append(try reader.double()) }
        default: try reader.skipValue()
        }
    }

    private mutating func field(
        _ key: String, of value: inout ExponentialHistogramValue
    ) throws(DecodeError) {
        switch key {
        case "count": value.count = try reader.integer(UInt64.self)
        case "sum": value.sum = try reader.double()
        case "min": value.min = try reader.double()
        case "max": value.max = try reader.double()
        case "scale": value.scale = try reader.integer(Int32.self)
        case "zeroCount": value.zeroCount = try reader.integer(UInt64.self)
        case "zeroThreshold": value.zeroThreshold = try reader.double()
        case "positive": value.positive = try buckets()
        case "negative": value.negative = try buckets()
        default: try reader.skipValue()
        }
    }

    private mutating func field(_ key: String, of value: inout SummaryValue) throws(DecodeError) {
        switch key {
        case "count": value.count = try reader.integer(UInt64.self)
        case "sum": value.sum = try reader.double()
        case "quantileValues":
            value.quantiles = []
            try reader.beginArray()
            while try nextMessage(of: QuantileValue.self) { value.quantiles.append(try quantile()) }
        default: try reader.skipValue()
        }
    }

    private mutating func buckets() throws(DecodeError) -> ExponentialBuckets {
        var buckets = ExponentialBuckets()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "offset": buckets.offset = try reader.integer(Int32.self)
            case "bucketCounts": buckets.bucketCounts = try counts()
            default: try reader.skipValue()
            }
        }
        return buckets
    }

    private mutating func quantile() throws(DecodeError) -> QuantileValue {
        var quantile = QuantileValue()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "quantile": quantile.quantile = try reader.double()
            case "value": quantile.value = try reader.double()
            default: try reader.skipValue()
            }
        }
        return quantile
    }

    private mutating func counts() throws(DecodeError) -> [UInt64] {
        var counts: [UInt64] = []
        try reader.beginArray()
        while try nextMessage(of: UInt64.self) { counts.append(try reader.integer(UInt64.self)) }
        return counts
    }

    private mutating func exemplar() throws(DecodeError) -> Exemplar {
        var exemplar = Exemplar()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "filteredAttributes": exemplar.filteredAttributes = try attributes()
            case "timeUnixNano": exemplar.timeUnixNano = try reader.integer(UInt64.self)
            case "spanId": exemplar.spanID = try identifier()
            case "traceId": exemplar.traceID = try identifier()
            default: try number(key, &exemplar.value)
            }
        }
        return exemplar
    }
}
