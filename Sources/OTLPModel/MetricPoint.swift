/// A point of a metric: OTLP's `NumberDataPoint`, `HistogramDataPoint`, `ExponentialHistogramDataPoint` or
/// `SummaryDataPoint`, by the kind of its value.
package struct MetricPoint: Hashable, Sendable {
    package var attributes: [KeyValue] = []
    /// Nanoseconds since the Unix epoch, UTC, as sent; 0 when the sender did not say.
    package var startTimeUnixNano: UInt64 = 0
    /// Nanoseconds since the Unix epoch, UTC, as sent.
    package var timeUnixNano: UInt64 = 0
    package var value = PointValue.none
    /// Summaries have none.
    package var exemplars: [Exemplar] = []
    /// OTLP `DataPointFlags`.
    package var flags: UInt32 = 0

    package init() {}

    package init(_ value: PointValue, time: UInt64, start: UInt64 = 0, attributes: [KeyValue] = []) {
        self.value = value
        self.attributes = attributes
        timeUnixNano = time
        startTimeUnixNano = start
    }

    /// Bit 0 of the flags: there is no value any more, the series has ended for now.
    package static let noRecordedValueMask: UInt32 = 1
}

/// What a point says.
package enum PointValue: Hashable, Sendable {
    /// A number that was not given.
    case none
    case int(Int64)
    case double(Double)
    case histogram(HistogramValue)
    case exponentialHistogram(ExponentialHistogramValue)
    case summary(SummaryValue)
}

/// OTLP `HistogramDataPoint`, without what all points have.
package struct HistogramValue: Hashable, Sendable {
    package var count: UInt64 = 0
    package var sum: Double?
    package var min: Double?
    package var max: Double?
    /// One more than bounds, or none at all.
    package var bucketCounts: [UInt64] = []
    /// Upper bounds, rising.
    package var explicitBounds: [Double] = []

    package init() {}
}

/// OTLP `ExponentialHistogramDataPoint`, without what all points have.
package struct ExponentialHistogramValue: Hashable, Sendable {
    package var count: UInt64 = 0
    package var sum: Double?
    package var min: Double?
    package var max: Double?
    package var scale: Int32 = 0
    package var zeroCount: UInt64 = 0
    package var zeroThreshold = 0.0
    package var positive = ExponentialBuckets()
    package var negative = ExponentialBuckets()

    package init() {}
}

/// OTLP `ExponentialHistogramDataPoint.Buckets`.
package struct ExponentialBuckets: Hashable, Sendable {
    /// The index of the first bucket.
    package var offset: Int32 = 0
    package var bucketCounts: [UInt64] = []

    package init(offset: Int32 = 0, bucketCounts: [UInt64] = []) {
        self.offset = offset
        self.bucketCounts = bucketCounts
    }
}

/// OTLP `SummaryDataPoint`, without what all points have.
package struct SummaryValue: Hashable, Sendable {
    package var count: UInt64 = 0
    package var sum = 0.0
    package var quantiles: [QuantileValue] = []

    package init() {}
}

/// OTLP `SummaryDataPoint.ValueAtQuantile`.
package struct QuantileValue: Hashable, Sendable {
    /// From 0 to 1.
    package var quantile = 0.0
    package var value = 0.0

    package init(quantile: Double = 0, value: Double = 0) {
        self.quantile = quantile
        self.value = value
    }
}

/// A measurement that went into a point (OTLP `Exemplar`). Ids are the bytes that were sent.
package struct Exemplar: Hashable, Sendable {
    package var filteredAttributes: [KeyValue] = []
    package var timeUnixNano: UInt64 = 0
    /// `.none`, `.int` or `.double`.
    package var value = PointValue.none
    package var spanID: [UInt8] = []
    package var traceID: [UInt8] = []

    package init() {}
}
