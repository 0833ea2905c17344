// The canonical protobuf encoding of the metric messages. Field numbers are OTLP's.

extension ExportMetricsServiceRequest {
    /// The request as an exporter would send it, in canonical protobuf.
    package func protobufBytes() -> [UInt8] {
        var writer = ProtobufWriter()
        for group in resourceMetrics { writer.message(1) { group.write(to: &$0) } }
        return writer.bytes
    }
}

extension ResourceMetrics {
    package func write(to writer: inout ProtobufWriter) {
        if resource != Resource() { writer.message(1) { resource.write(to: &$0) } }
        for group in scopeMetrics { writer.message(2) { group.write(to: &$0) } }
        writer.string(3, schemaURL)
    }
}

extension ScopeMetrics {
    package func write(to writer: inout ProtobufWriter) {
        if scope != InstrumentationScope() { writer.message(1) { scope.write(to: &$0) } }
        for metric in metrics { writer.message(2) { metric.write(to: &$0) } }
        writer.string(3, schemaURL)
    }
}

extension Metric {
    package func write(to writer: inout ProtobufWriter) {
        writer.string(1, name)
        writer.string(2, description)
        writer.string(3, unit)
        if type != .none {
            writer.message(Int(type.rawValue)) { inner in
                for point in points { inner.message(1) { point.write(to: &$0, of: type) } }
                switch type {
                case .sum:
                    inner.int32(2, temporality.rawValue)
                    inner.varint(3, isMonotonic ? 1 : 0)
                case .histogram, .exponentialHistogram: inner.int32(2, temporality.rawValue)
                case .none, .gauge, .summary: break
                }
            }
        }
        writer.attributes(12, metadata)
    }
}

extension MetricPoint {
    /// - Parameter type: the metric's, which says which message it is; a value of another kind is left out
    package func write(to writer: inout ProtobufWriter, of type: MetricType) {
        if type == .exponentialHistogram { writer.attributes(1, attributes) }
        writer.fixed64(2, startTimeUnixNano)
        writer.fixed64(3, timeUnixNano)
        switch type {
        case .none: break
        case .gauge, .sum:
            if case .double(let number) = value { writer.double(4, number) }
            for exemplar in exemplars { writer.message(5) { exemplar.write(to: &$0) } }
            if case .int(let number) = value { writer.signedFixed64(6, number) }
            writer.attributes(7, attributes)
            writer.varint(8, UInt64(flags))
        case .histogram: writeHistogram(to: &writer)
        case .exponentialHistogram: writeExponentialHistogram(to: &writer)
        case .summary:
            if case .summary(let summary) = value {
                writer.fixed64(4, summary.count)
                if summary.sum.bitPattern != 0 { writer.double(5, summary.sum) }
                for quantile in summary.quantiles { writer.message(6) { quantile.write(to: &$0) } }
            }
            writer.attributes(7, attributes)
            writer.varint(8, UInt64(flags))
        }
    }

    private func writeHistogram(to writer: inout ProtobufWriter) {
        var histogram = HistogramValue()
        if case .histogram(let value) = value { histogram = value }
        writer.fixed64(4, histogram.count)
        if let sum = histogram.sum { writer.double(5, sum) }
        writer.packed(6, histogram.bucketCounts)
        writer.packed(7, histogram.explicitBounds.map(\.bitPattern))
        for exemplar in exemplars { writer.message(8) { exemplar.write(to: &$0) } }
        writer.attributes(9, attributes)
        writer.varint(10, UInt64(flags))
        if let min = histogram.min { writer.double(11, min) }
        if let max = histogram.max { writer.double(12, max) }
    }

    private func writeExponentialHistogram(to writer: inout ProtobufWriter) {
        var histogram = ExponentialHistogramValue()
        if case .exponentialHistogram(let value) = value { histogram = value }
        writer.fixed64(4, histogram.count)
        if let sum = histogram.sum { writer.double(5, sum) }
        writer.varint(6, UInt64(UInt32(bitPattern: histogram.scale << 1 ^ histogram.scale >> 31)))
        writer.fixed64(7, histogram.zeroCount)
        for (field, buckets) in [(8, histogram.positive), (9, histogram.negative)]
        where buckets != ExponentialBuckets() {
            writer.message(field) { buckets.write(to: &$0) }
        }
        writer.varint(10, UInt64(flags))
        for exemplar in exemplars { writer.message(11) { exemplar.write(to: &$0) } }
        if let min = histogram.min { writer.double(12, min) }
        if let max = histogram.max { writer.double(13, max) }
        if histogram.zeroThreshold.bitPattern != 0 { writer.double(14, histogram.zeroThreshold) }
    }
}

extension ExponentialBuckets {
    package func write(to writer: inout ProtobufWriter) {
        writer.varint(1, UInt64(UInt32(bitPattern: offset << 1 ^ offset >> 31)))
        guard !bucketCounts.isEmpty else { return }
        var inner = ProtobufWriter()
        for count in bucketCounts { inner.varint(count) }
        writer.repeatedBytes(2, inner.bytes)
    }
}

extension QuantileValue {
    package func write(to writer: inout ProtobufWriter) {
        if quantile.bitPattern != 0 { writer.double(1, quantile) }
        if value.bitPattern != 0 { writer.double(2, value) }
    }
}

extension Exemplar {
    package func write(to writer: inout ProtobufWriter) {
        writer.fixed64(2, timeUnixNano)
        if case .double(let number) = value { writer.double(3, number) }
        writer.bytes(4, spanID)
        writer.bytes(5, traceID)
        if case .int(let number) = value { writer.signedFixed64(6, number) }
        writer.attributes(7, filteredAttributes)
    }
}

extension ProtobufWriter {
    /// A double that is written whatever it is: a member of a `oneof`, or an optional field that is there.
    package mutating func double(_ field: Int, _ value: Double) {
        tag(field, .fixed64)
        littleEndian(value.bitPattern)
    }

    /// A `sfixed64` that is written whatever it is.
    package mutating func signedFixed64(_ field: Int, _ value: Int64) {
        tag(field, .fixed64)
        littleEndian(value)
    }

    /// A packed field of eight bytes an element, left out when empty.
    package mutating func packed(_ field: Int, _ values: [UInt64]) {
        guard !values.isEmpty else { return }
        tag(field, .lengthDelimited)
        varint(UInt64(values.count * 8))
        for value in values { littleEndian(value) }
    }
}
