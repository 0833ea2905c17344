import OTLPModel

/// A property of spans that questions can group by and filter by.
package enum SpanKey: Hashable, Sendable {
    case name
    /// `server`, `client`, ….
    case kind
    /// `unset`, `ok`, `error`.
    case status
    case service
    case node
    /// Name of the instrumentation scope.
    case scope
    case traceID
    case duration
    /// What a request to a Go module proxy asks for.
    case moduleKind
    /// The Go module that a request asks for.
    case module
    /// The version of it, or the branch or commit that is asked for.
    case moduleVersion
    /// What a cache did for the request.
    case cacheResult
    /// How the request ended.
    case outcome
    /// The part of time that the span starts in; the period is in nanoseconds and positive.
    case period(Int64)
    /// An attribute of the span.
    case attribute(String)
    /// An attribute of the resource.
    case resource(String)

    /// The names of what is no attribute, as they are written; `attr.` before a name makes an attribute of it.
    package static let builtIn: [(name: String, key: SpanKey)] = [
        ("name", .name), ("kind", .kind), ("status", .status), ("service", .service), ("node", .node),
        ("scope", .scope), ("trace_id", .traceID), ("duration", .duration), ("module_kind", .moduleKind),
        ("cache_result", .cacheResult), ("outcome", .outcome), ("module", .module),
        ("module_version", .moduleVersion),
    ]

    /// The values that a key can have, where these are few. What OTLP has no name for is a number.
    var words: [String]? {
        switch self {
        case .kind:
            let kinds: [SpanKind] = [.unspecified, .internal, .server, .client, .producer, .consumer]
            return kinds.map(\.word)
        case .status: return [StatusCode.unset, .ok, .error].map(\.word)
        case .moduleKind: return ModuleKind.allCases.map(\.name)
        case .cacheResult: return CacheResult.allCases.map(\.name)
        case .outcome: return RequestOutcome.allCases.map(\.name)
        case .name, .service, .node, .scope, .traceID, .duration, .module, .moduleVersion, .period,
            .attribute,
            .resource:
            return nil
        }
    }

    /// Whether a span with a value has what a ratio is about: "unknown" is no evidence of a cache.
    func countsInRatio(_ value: SpanValue) -> Bool {
        value != .missing && !(self == .cacheResult && value == .text(CacheResult.unknown.name))
    }

    private static let attributePrefix = "attr."
    private static let resourcePrefix = "resource."

    /// Names that columns of answers have for other things.
    private static let taken = [
        "time", "count", "rate", "errors", "error_share", "ratio", "ratio_spans", "p50_ms", "p90_ms",
        "p99_ms",
        "max_ms", "total_ms",
    ]

    /// - Parameter text: as people write it; anything that is not built in is an attribute
    package init(_ text: String) {
        if let known = Self.builtIn.first(where: { $0.name == text }) {
            self = known.key
        } else if text.hasPrefix(Self.resourcePrefix), text.count > Self.resourcePrefix.count {
            self = .resource(String(text.dropFirst(Self.resourcePrefix.count)))
        } else if text.hasPrefix(Self.attributePrefix), text.count > Self.attributePrefix.count {
            self = .attribute(String(text.dropFirst(Self.attributePrefix.count)))
        } else {
            self = .attribute(text)
        }
    }

    /// The key as people write it, and as columns of answers are called.
    package var text: String {
        switch self {
        case .period: return "time"
        case .resource(let key): return Self.resourcePrefix + key
        case .attribute(let key):
            let isAmbiguous = SpanKey(key) != self || Self.taken.contains(key)
            return isAmbiguous ? Self.attributePrefix + key : key
        case .name, .kind, .status, .service, .node, .scope, .traceID, .duration, .moduleKind, .cacheResult,
            .outcome, .module, .moduleVersion:
            return Self.builtIn.first { $0.key == self }?.name ?? ""
        }
    }
}
