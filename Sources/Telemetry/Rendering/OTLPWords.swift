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
