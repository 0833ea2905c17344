import COTLP
import OTLPModel

// Metrics as libprotobuf-c unpacks them.

extension ReferenceDecoder {
    /// Unpacks a body that `WireScan` found sound; `nil` when the arena is full.
    static func unpackMetrics(
        _ body: ByteSpan, in arena: borrowing DecodeArena
    ) -> ExportMetricsServiceRequest? {
        var allocator = unsafe allocator(arena)
        // Safe: the unpacked message lives in the arena and is copied before the arena goes.
        return unsafe body.withUnsafeBufferPointer { bytes in
            let unpacked =
                unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__unpack(
                    &allocator, bytes.count, bytes.baseAddress)
            guard let message = unsafe unpacked else { return nil }
            var values = ReferenceDecoderValues()
            return unsafe ExportMetricsServiceRequest(
                resourceMetrics: copies(
                    message.pointee.resource_metrics, message.pointee.n_resource_metrics
                ) { unsafe values.resourceMetrics($0) })
        }
    }
}

extension WireScanSchema {
    /// `ExportMetricsServiceRequest` and all below it.
    package static let metricsRequest: WireScanSchema = {
        var message = unsafe Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest()
        unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__init(&message)
        return unsafe WireScanSchema(root: message.base.descriptor)
    }()
}

extension ReferenceDecoderValues {
    mutating func resourceMetrics(
        _ message: Opentelemetry__Proto__Metrics__V1__ResourceMetrics
    ) -> ResourceMetrics {
        var result = ResourceMetrics()
        if let resource = unsafe message.resource { unsafe result.resource = self.resource(resource.pointee) }
        unsafe result.scopeMetrics = copies(message.scope_metrics, message.n_scope_metrics) {
            unsafe scopeMetrics($0)
        }
        unsafe result.schemaURL = text(message.schema_url)
        return result
    }

    private mutating func scopeMetrics(
        _ message: Opentelemetry__Proto__Metrics__V1__ScopeMetrics
    ) -> ScopeMetrics {
        var result = ScopeMetrics()
        if let scope = unsafe message.scope { unsafe result.scope = self.scope(scope.pointee) }
        unsafe result.metrics = copies(message.metrics, message.n_metrics) { unsafe metric($0) }
        unsafe result.schemaURL = text(message.schema_url)
        return result
    }

    private mutating func metric(_ message: Opentelemetry__Proto__Metrics__V1__Metric) -> Metric {
        var metric = Metric()
        unsafe metric.name = text(message.name)
        unsafe metric.description = text(message.description)
        unsafe metric.unit = text(message.unit)
        unsafe metric.metadata = attributes(message.metadata, message.n_metadata)
        metric.type =
            unsafe MetricType(rawValue: Int32(truncatingIfNeeded: message.data_case.rawValue)) ?? .none
        switch metric.type {
        case .none: break
        case .gauge:
            guard let data = unsafe message.gauge?.pointee else { break }
            unsafe metric.points = copies(data.data_points, data.n_data_points) { unsafe number($0) }
        case .sum:
            guard let data = unsafe message.sum?.pointee else { break }
            unsafe metric.points = copies(data.data_points, data.n_data_points) { unsafe number($0) }
            metric.temporality = unsafe Self.temporality(data.aggregation_temporality)
            metric.isMonotonic = unsafe data.is_monotonic != 0
        case .histogram:
            guard let data = unsafe message.histogram?.pointee else { break }
            unsafe metric.points = copies(data.data_points, data.n_data_points) { unsafe histogram($0) }
            metric.temporality = unsafe Self.temporality(data.aggregation_temporality)
        case .exponentialHistogram:
            guard let data = unsafe message.exponential_histogram?.pointee else { break }
            unsafe metric.points = copies(data.data_points, data.n_data_points) {
                unsafe exponentialHistogram($0)
            }
            metric.temporality = unsafe Self.temporality(data.aggregation_temporality)
        case .summary:
            guard let data = unsafe message.summary?.pointee else { break }
            unsafe metric.points = copies(data.data_points, data.n_data_points) { unsafe summary($0) }
        }
        return metric
    }

    private static func temporality(
        _ number: Opentelemetry__Proto__Metrics__V1__AggregationTemporality
    ) -> AggregationTemporality {
        AggregationTemporality(rawValue: Int32(truncatingIfNeeded: number.rawValue))
    }

    private mutating func number(_ message: Opentelemetry__Proto__Metrics__V1__NumberDataPoint) -> MetricPoint
    {
        var point = MetricPoint()
        unsafe point.attributes = attributes(message.attributes, message.n_attributes)
        point.startTimeUnixNano = unsafe message.start_time_unix_nano
        point.timeUnixNano = unsafe message.time_unix_nano
        point.flags = unsafe message.flags
        unsafe point.exemplars = exemplars(message.exemplars, message.n_exemplars)
        switch unsafe message.value_case {
        case OPENTELEMETRY__PROTO__METRICS__V1__NUMBER_DATA_POINT__VALUE_AS_DOUBLE:
            point.value = unsafe .double(message.as_double)
        case OPENTELEMETRY__PROTO__METRICS__V1__NUMBER_DATA_POINT__VALUE_AS_INT:
            point.value = unsafe .int(message.as_int)
        default: break
        }
        return point
    }

    private mutating func histogram(
        _ message: Opentelemetry__Proto__Metrics__V1__HistogramDataPoint
    ) -> MetricPoint {
        var point = MetricPoint()
        unsafe point.attributes = attributes(message.attributes, message.n_attributes)
        point.startTimeUnixNano = unsafe message.start_time_unix_nano
        point.timeUnixNano = unsafe message.time_unix_nano
        point.flags = unsafe message.flags
        unsafe point.exemplars = exemplars(message.exemplars, message.n_exemplars)
        var value = HistogramValue()
        value.count = unsafe message.count
        if unsafe message._sum_case.rawValue != 0 { value.sum = unsafe message.sum }
        if unsafe message._min_case.rawValue != 0 { value.min = unsafe message.min }
        if unsafe message._max_case.rawValue != 0 { value.max = unsafe message.max }
        value.bucketCounts = unsafe Array(
            UnsafeBufferPointer(start: message.bucket_counts, count: message.n_bucket_counts))
        value.explicitBounds = unsafe Array(
            UnsafeBufferPointer(start: message.explicit_bounds, count: message.n_explicit_bounds))
        point.value = .histogram(value)
        return point
    }

    private mutating func exponentialHistogram(
        _ message: Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint
    ) -> MetricPoint {
        var point = MetricPoint()
        unsafe point.attributes = attributes(message.attributes, message.n_attributes)
        point.startTimeUnixNano = unsafe message.start_time_unix_nano
        point.timeUnixNano = unsafe message.time_unix_nano
        point.flags = unsafe message.flags
        unsafe point.exemplars = exemplars(message.exemplars, message.n_exemplars)
        var value = ExponentialHistogramValue()
        value.count = unsafe message.count
        if unsafe message._sum_case.rawValue != 0 { value.sum = unsafe message.sum }
        if unsafe message._min_case.rawValue != 0 { value.min = unsafe message.min }
        if unsafe message._max_case.rawValue != 0 { value.max = unsafe message.max }
        value.scale = unsafe message.scale
        value.zeroCount = unsafe message.zero_count
        value.zeroThreshold = unsafe message.zero_threshold
        if let positive = unsafe message.positive { value.positive = unsafe buckets(positive.pointee) }
        if let negative = unsafe message.negative { value.negative = unsafe buckets(negative.pointee) }
        point.value = .exponentialHistogram(value)
        return point
    }

    private func buckets(
        _ message: Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint__Buckets
    ) -> ExponentialBuckets {
        unsafe ExponentialBuckets(
            offset: message.offset,
            bucketCounts: Array(
                UnsafeBufferPointer(start: message.bucket_counts, count: message.n_bucket_counts)))
    }

    private mutating func summary(
        _ message: Opentelemetry__Proto__Metrics__V1__SummaryDataPoint
    ) -> MetricPoint {
        var point = MetricPoint()
        unsafe point.attributes = attributes(message.attributes, message.n_attributes)
        point.startTimeUnixNano = unsafe message.start_time_unix_nano
        point.timeUnixNano = unsafe message.time_unix_nano
        point.flags = unsafe message.flags
        var value = SummaryValue()
        value.count = unsafe message.count
        value.sum = unsafe message.sum
        unsafe value.quantiles = copies(message.quantile_values, message.n_quantile_values) {
            unsafe QuantileValue(quantile: $0.quantile, value: $0.value)
        }
        point.value = .summary(value)
        return point
    }

    private mutating func exemplars(
        _ start: UnsafeMutablePointer<UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Exemplar>?>?,
        _ count: Int
    ) -> [Exemplar] {
        unsafe copies(start, count) { unsafe exemplar($0) }
    }

    private mutating func exemplar(_ message: Opentelemetry__Proto__Metrics__V1__Exemplar) -> Exemplar {
        var exemplar = Exemplar()
        unsafe exemplar.filteredAttributes = attributes(
            message.filtered_attributes, message.n_filtered_attributes)
        exemplar.timeUnixNano = unsafe message.time_unix_nano
        unsafe exemplar.spanID = bytes(message.span_id)
        unsafe exemplar.traceID = bytes(message.trace_id)
        switch unsafe message.value_case {
        case OPENTELEMETRY__PROTO__METRICS__V1__EXEMPLAR__VALUE_AS_DOUBLE:
            exemplar.value = unsafe .double(message.as_double)
        case OPENTELEMETRY__PROTO__METRICS__V1__EXEMPLAR__VALUE_AS_INT:
            exemplar.value = unsafe .int(message.as_int)
        default: break
        }
        return exemplar
    }
}
