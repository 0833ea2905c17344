import OTLPModel

extension MetricPoint {
    /// The resolutions that SDKs use; beyond them a bucket's bounds are no numbers that mean anything.
    static let scales: ClosedRange<Int32> = -10...20

    /// Why the point is refused; nil when it is stored. Numbers may be anything, not-a-number too.
    func problem(of type: MetricType) -> String? {
        switch value {
        case .histogram(let histogram): histogram.problem
        case .exponentialHistogram(let histogram): histogram.problem
        case .summary(let summary): summary.problem
        case .none, .int, .double: nil
        }
    }
}

extension HistogramValue {
    fileprivate var problem: String? {
        if bucketCounts.isEmpty ? !explicitBounds.isEmpty : bucketCounts.count != explicitBounds.count + 1 {
            return "a histogram must have one bucket more than bounds, or neither: it has "
                + "\(bucketCounts.count) buckets and \(explicitBounds.count) bounds"
        }
        // Not "<" the other way round: with not-a-number it is false, too.
        let isRising = zip(explicitBounds, explicitBounds.dropFirst()).allSatisfy { $0 < $1 }
        if !isRising || explicitBounds.contains(where: \.isNaN) {
            return "the bounds of a histogram must be numbers that rise"
        }
        return nil
    }
}

extension ExponentialHistogramValue {
    fileprivate var problem: String? {
        guard MetricPoint.scales.contains(scale) else {
            return "an exponential histogram must have a scale from \(MetricPoint.scales.lowerBound) to "
                + "\(MetricPoint.scales.upperBound): it has \(scale)"
        }
        for buckets in [positive, negative] {
            let last = Int64(buckets.offset) + Int64(buckets.bucketCounts.count) - 1
            if last > Int64(Int32.max) {
                return "the buckets of an exponential histogram must have numbers of 32 bits"
            }
        }
        return zeroThreshold >= 0 ? nil : "the zero threshold of an exponential histogram must be 0 or more"
    }
}

extension SummaryValue {
    fileprivate var problem: String? {
        quantiles.allSatisfy { (0...1).contains($0.quantile) }
            ? nil : "a quantile of a summary must be from 0 to 1"
    }
}
