import OTLPModel

extension SpanKind {
    /// Lower case; a number that OTLP has no name for stays a number.
    var word: String {
        switch self {
        case .unspecified: "unspecified"
        case .internal: "internal"
        case .server: "server"
        case .client: "client"
        case .producer: "producer"
        case .consumer: "consumer"
        default: String(rawValue)
        }
    }
}

extension MetricType {
    /// Lower case, as in the table `series`.
    package var word: String {
        switch self {
        case .none: "none"
        case .gauge: "gauge"
        case .sum: "sum"
        case .histogram: "histogram"
        case .exponentialHistogram: "exponential_histogram"
        case .summary: "summary"
        }
    }
}

extension Metric {
    /// How its points follow one another, lower case: a number where OTLP has no name for it, nil where the type has
    /// no temporality.
    package var temporalityWord: String? {
        switch type {
        case .sum, .histogram, .exponentialHistogram: break
        case .none, .gauge, .summary: return nil
        }
        return switch temporality {
        case .unspecified: "unspecified"
        case .delta: "delta"
        case .cumulative: "cumulative"
        default: String(temporality.rawValue)
        }
    }
}

extension StatusCode {
    /// Lower case; a number that OTLP has no name for stays a number.
    var word: String {
        switch self {
        case .unset: "unset"
        case .ok: "ok"
        case .error: "error"
        default: String(rawValue)
        }
    }
}
