import Telemetry

/// What a request without spans holds.
enum RequestContent: Hashable, Sendable, CaseIterable {
    case logs
    case metrics
    /// What no kind of OTLP has.
    case foreign
    /// Traces, but none with a span.
    case noSpans

    /// So far into a request, its kind is looked for.
    private static let searchedBytes = 64 << 10

    /// Nil for a request that has spans, though they may be refused.
    init?(of record: ImportRecord, _ decoded: DecodedTraces) {
        guard decoded.batch.spanCount == 0, decoded.rejectedSpans == 0 else { return nil }
        self = .noSpans
        guard record.isJSON else { return }
        let text = String(decoding: record.bytes.prefix(Self.searchedBytes), as: UTF8.self)
        func has(_ keys: String...) -> Bool { keys.contains { text.contains("\"\($0)\"") } }
        if has("resourceSpans", "resource_spans") { return }
        if has("resourceLogs", "resource_logs") {
            self = .logs
        } else if has("resourceMetrics", "resource_metrics") {
            self = .metrics
        } else {
            self = .foreign
        }
    }

    /// What to say of a file with such requests.
    func words(_ requests: Int) -> String {
        let counted = HumanUnits.count(requests, "request")
        return switch self {
        case .logs: "holds logs that are not taken: without a record, or sent on with --to (\(counted))"
        case .metrics: "holds metrics, which are not stored yet from files (\(counted))"
        case .foreign: "holds JSON that is no OTLP (\(counted))"
        case .noSpans: "holds traces without a span (\(counted))"
        }
    }
}
