import Telemetry

/// What a request without items holds.
enum RequestContent: Hashable, Sendable, CaseIterable {
    /// Traces without a span.
    case noSpans
    /// Metrics without a point.
    case noPoints
    /// Logs without a record.
    case noRecords
    /// JSON of no kind that OTLP has.
    case foreign

    /// Nil for a request that has items, though they may be refused.
    init?(of record: ImportRecord, _ decoded: DecodedRecord) {
        guard decoded.items == 0, decoded.refused == 0 else { return nil }
        switch record.signal {
        case .traces: self = .noSpans
        case .metrics: self = .noPoints
        case .logs: self = .noRecords
        case nil: self = record.isJSON ? .foreign : .noSpans
        }
    }

    /// What to say of a file with such requests.
    func words(_ requests: Int) -> String {
        let counted = HumanUnits.count(requests, "request")
        return switch self {
        case .noSpans: "holds traces without a span (\(counted))"
        case .noPoints: "holds metrics without a point (\(counted))"
        case .noRecords: "holds logs without a record (\(counted))"
        case .foreign: "holds JSON that is no OTLP (\(counted))"
        }
    }
}
