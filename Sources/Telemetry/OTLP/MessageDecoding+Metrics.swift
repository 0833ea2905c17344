import OTLPModel

// Metrics and their points. The attributes of a point are left to the caller: mostly they are stored as they came.

extension MessageDecoding {
    /// What a metric says besides its points.
    /// - Parameter data: the message of the points, and the field that it is
    mutating func metric(_ range: Range<Int>, data: inout (field: UInt32, range: Range<Int>)?) -> Metric {
        var metric = Metric()
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: metric.name = text(cursor.lengthDelimited())
            case 2 << 3 | 2: metric.description = text(cursor.lengthDelimited())
            case 3 << 3 | 2: metric.unit = text(cursor.lengthDelimited())
            case 5 << 3 | 2, 7 << 3 | 2, 9 << 3 | 2, 10 << 3 | 2, 11 << 3 | 2:
                if data != nil { report(.unusual(at: cursor.index)) }
                data = (tag >> 3, cursor.lengthDelimited())
            case 12 << 3 | 2: metric.metadata.append(keyValue(cursor.lengthDelimited()))
            case let tag where [4, 6, 8].contains(tag >> 3): cursor.skip(tag)
            default: cursor.skipUnknown(tag, knownThrough: 12)
            }
        }
        close(cursor)
        if let data, let type = MetricType(rawValue: Int32(data.field)) {
            metric.type = type
            envelope(data.range, of: &metric)
        }
        return metric
    }

    /// `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` or `Summary`, without the points.
    private mutating func envelope(_ range: Range<Int>, of metric: inout Metric) {
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch (tag, metric.type) {
            case (1 << 3 | 2, _): _ = cursor.lengthDelimited()
            case (2 << 3 | 0, .sum), (2 << 3 | 0, .histogram), (2 << 3 | 0, .exponentialHistogram):
                metric.temporality = AggregationTemporality(
                    rawValue: Int32(truncatingIfNeeded: cursor.varint()))
            case (3 << 3 | 0, .sum): metric.isMonotonic = cursor.varint() != 0
            default:
                let known: UInt32 =
                    switch metric.type {
                    case .sum: 3
                    case .histogram, .exponentialHistogram: 2
                    case .none, .gauge, .summary: 1
                    }
                cursor.skipUnknown(tag, knownThrough: known)
            }
        }
        close(cursor)
    }

    /// A point of a metric.
    /// - Parameters:
    ///   - type: the metric's, which says which message it is
    ///   - attributes: takes the places of the attributes
    mutating func point(
        _ range: Range<Int>, of type: MetricType, attributes: inout [Range<Int>]
    ) -> MetricPoint {
        switch type {
        case .none: MetricPoint()
        case .gauge, .sum: number(range, &attributes)
        case .histogram: histogram(range, &attributes)
        case .exponentialHistogram: exponentialHistogram(range, &attributes)
        case .summary: summary(range, &attributes)
        }
    }

    private mutating func number(_ range: Range<Int>, _ attributes: inout [Range<Int>]) -> MetricPoint {
        var point = MetricPoint()
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 2 << 3 | 1: point.startTimeUnixNano = cursor.fixed64()
            case 3 << 3 | 1: point.timeUnixNano = cursor.fixed64()
            case 4 << 3 | 1: point.value = .double(Double(bitPattern: cursor.fixed64()))
            case 5 << 3 | 2: point.exemplars.append(exemplar(cursor.lengthDelimited()))
            case 6 << 3 | 1: point.value = .int(Int64(bitPattern: cursor.fixed64()))
            case 7 << 3 | 2: attributes.append(cursor.lengthDelimited())
            case 8 << 3 | 0: point.flags = UInt32(truncatingIfNeeded: cursor.varint())
            default: if tag >> 3 == 1 { cursor.skip(tag) } else { cursor.skipUnknown(tag, knownThrough: 8) }
            }
        }
        close(cursor)
        return point
    }

    private mutating func histogram(_ range: Range<Int>, _ attributes: inout [Range<Int>]) -> MetricPoint {
        var point = MetricPoint()
        var value = HistogramValue()
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 2 << 3 | 1: point.startTimeUnixNano = cursor.fixed64()
            case 3 << 3 | 1: point.timeUnixNano = cursor.fixed64()
            case 4 << 3 | 1: value.count = cursor.fixed64()
            case 5 << 3 | 1: value.sum = Double(bitPattern: cursor.fixed64())
            case 6 << 3 | 1: value.bucketCounts.append(cursor.fixed64())
            case 6 << 3 | 2: value.bucketCounts += fixed64s(cursor.lengthDelimited())
            case 7 << 3 | 1: value.explicitBounds.append(Double(bitPattern: cursor.fixed64()))
            case 7 << 3 | 2:
                value.explicitBounds += fixed64s(cursor.lengthDelimited()).map { Double(bitPattern: $0) }
            case 8 << 3 | 2: point.exemplars.append(exemplar(cursor.lengthDelimited()))
            case 9 << 3 | 2: attributes.append(cursor.lengthDelimited())
            case 10 << 3 | 0: point.flags = UInt32(truncatingIfNeeded: cursor.varint())
            case 11 << 3 | 1: value.min = Double(bitPattern: cursor.fixed64())
            case 12 << 3 | 1: value.max = Double(bitPattern: cursor.fixed64())
            default: if tag >> 3 == 1 { cursor.skip(tag) } else { cursor.skipUnknown(tag, knownThrough: 12) }
            }
        }
        close(cursor)
        point.value = .histogram(value)
        return point
    }

    private mutating func exponentialHistogram(
        _ range: Range<Int>, _ attributes: inout [Range<Int>]
    ) -> MetricPoint {
        var point = MetricPoint()
        var value = ExponentialHistogramValue()
        var (hasPositive, hasNegative) = (false, false)
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: attributes.append(cursor.lengthDelimited())
            case 2 << 3 | 1: point.startTimeUnixNano = cursor.fixed64()
            case 3 << 3 | 1: point.timeUnixNano = cursor.fixed64()
            case 4 << 3 | 1: value.count = cursor.fixed64()
            case 5 << 3 | 1: value.sum = Double(bitPattern: cursor.fixed64())
            case 6 << 3 | 0: value.scale = Self.unzigzag32(cursor.varint())
            case 7 << 3 | 1: value.zeroCount = cursor.fixed64()
            case 8 << 3 | 2:
                if hasPositive { report(.unusual(at: cursor.index)) }
                hasPositive = true
                value.positive = buckets(cursor.lengthDelimited())
            case 9 << 3 | 2:
                if hasNegative { report(.unusual(at: cursor.index)) }
                hasNegative = true
                value.negative = buckets(cursor.lengthDelimited())
            case 10 << 3 | 0: point.flags = UInt32(truncatingIfNeeded: cursor.varint())
            case 11 << 3 | 2: point.exemplars.append(exemplar(cursor.lengthDelimited()))
            case 12 << 3 | 1: value.min = Double(bitPattern: cursor.fixed64())
            case 13 << 3 | 1: value.max = Double(bitPattern: cursor.fixed64())
            case 14 << 3 | 1: value.zeroThreshold = Double(bitPattern: cursor.fixed64())
            default: cursor.skipUnknown(tag, knownThrough: 14)
            }
        }
        close(cursor)
        point.value = .exponentialHistogram(value)
        return point
    }

    private mutating func buckets(_ range: Range<Int>) -> ExponentialBuckets {
        var buckets = ExponentialBuckets()
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 0: buckets.offset = Self.unzigzag32(cursor.varint())
            case 2 << 3 | 0: buckets.bucketCounts.append(cursor.varint())
            case 2 << 3 | 2:
                var packed = WireCursor(bytes, cursor.lengthDelimited())
                while packed.hasMore { buckets.bucketCounts.append(packed.varint()) }
                close(packed)
            default: cursor.skipUnknown(tag, knownThrough: 2)
            }
        }
        close(cursor)
        return buckets
    }

    private mutating func summary(_ range: Range<Int>, _ attributes: inout [Range<Int>]) -> MetricPoint {
        var point = MetricPoint()
        var value = SummaryValue()
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 2 << 3 | 1: point.startTimeUnixNano = cursor.fixed64()
            case 3 << 3 | 1: point.timeUnixNano = cursor.fixed64()
            case 4 << 3 | 1: value.count = cursor.fixed64()
            case 5 << 3 | 1: value.sum = Double(bitPattern: cursor.fixed64())
            case 6 << 3 | 2: value.quantiles.append(quantile(cursor.lengthDelimited()))
            case 7 << 3 | 2: attributes.append(cursor.lengthDelimited())
            case 8 << 3 | 0: point.flags = UInt32(truncatingIfNeeded: cursor.varint())
            default: if tag >> 3 == 1 { cursor.skip(tag) } else { cursor.skipUnknown(tag, knownThrough: 8) }
            }
        }
        close(cursor)
        point.value = .summary(value)
        return point
    }

    private mutating func quantile(_ range: Range<Int>) -> QuantileValue {
        var quantile = QuantileValue()
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 1: quantile.quantile = Double(bitPattern: cursor.fixed64())
            case 2 << 3 | 1: quantile.value = Double(bitPattern: cursor.fixed64())
            default: cursor.skipUnknown(tag, knownThrough: 2)
            }
        }
        close(cursor)
        return quantile
    }

    private mutating func exemplar(_ range: Range<Int>) -> Exemplar {
        var exemplar = Exemplar()
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 2 << 3 | 1: exemplar.timeUnixNano = cursor.fixed64()
            case 3 << 3 | 1: exemplar.value = .double(Double(bitPattern: cursor.fixed64()))
            case 4 << 3 | 2: exemplar.spanID = Array(bytes, cursor.lengthDelimited())
            case 5 << 3 | 2: exemplar.traceID = Array(bytes, cursor.lengthDelimited())
            case 6 << 3 | 1: exemplar.value = .int(Int64(bitPattern: cursor.fixed64()))
            case 7 << 3 | 2: exemplar.filteredAttributes.append(keyValue(cursor.lengthDelimited()))
            default: if tag >> 3 == 1 { cursor.skip(tag) } else { cursor.skipUnknown(tag, knownThrough: 7) }
            }
        }
        close(cursor)
        return exemplar
    }

    /// The elements of a packed field.
    private mutating func fixed64s(_ range: Range<Int>) -> [UInt64] {
        var cursor = WireCursor(bytes, range)
        var values: [UInt64] = []
        values.reserveCapacity(range.count / 8)
        while cursor.hasMore { values.append(cursor.fixed64()) }
        close(cursor)
        return values
    }

    /// A `sint32`: its lowest 32 bits count.
    private static func unzigzag32(_ value: UInt64) -> Int32 {
        let bits = UInt32(truncatingIfNeeded: value)
        return Int32(bitPattern: bits >> 1) ^ -Int32(bitPattern: bits & 1)
    }
}

extension Metric {
    /// What a metric says besides its points, from the bytes that `PointSeriesTable.metrics` has; nil when they are
    /// damaged.
    init?(canonicalBytes bytes: [UInt8]) {
        var decoding = MessageDecoding(bytes.span, maxDepth: 1_000)
        var data: (field: UInt32, range: Range<Int>)?
        self = decoding.metric(bytes.indices, data: &data)
        if decoding.problem != nil { return nil }
    }
}

extension MetricPoint {
    /// What a point says besides what the columns have; nil when the bytes are damaged.
    init?(details bytes: [UInt8], of type: MetricType) {
        var decoding = MessageDecoding(bytes.span, maxDepth: 1_000)
        var attributes: [Range<Int>] = []
        self = decoding.point(bytes.indices, of: type, attributes: &attributes)
        if decoding.problem != nil || !attributes.isEmpty { return nil }
    }
}
