import OTLPModel

/// Spans of one source that are sent in one request.
struct TraceBatch: Sendable {
    let kind: EmitterKind
    let spanCount: Int
    let request: ExportTraceServiceRequest
}
