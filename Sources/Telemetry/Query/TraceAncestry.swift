import OTLPModel

/// Who is above whom in one trace, whose spans may lie in several segments: which of its requests are another one's
/// inner part.
struct TraceAncestry {
    /// By id of the span: the id of the one above it.
    private var parents: [UInt64: UInt64] = [:]
    private var servers: Set<UInt64> = []
    /// What was found out: traces may be deep, and wide.
    private var known: [UInt64: Bool] = [:]

    /// - Parameter isRequest: whether a span is one that is looked for
    init(_ spans: [StoredSpan], isRequest: (StoredSpan) -> Bool) {
        for span in spans {
            guard let id = SpanID(bytes: span.span.spanID)?.rawValue else { continue }
            // Of spans of one id the first counts.
            if parents[id] == nil { parents[id] = SpanID(bytes: span.span.parentSpanID)?.rawValue ?? 0 }
            if isRequest(span) { servers.insert(id) }
        }
    }

    /// Whether no request is above it.
    mutating func isOutermost(_ id: UInt64) -> Bool {
        guard servers.contains(id) else { return servers.isEmpty }
        var path: [UInt64] = []
        var next = id
        var isInner = false
        for _ in 0...parents.count {
            if let found = known[next] {
                isInner = found
                break
            }
            path.append(next)
            // A circle that leads back to where it began has nobody above.
            guard let parent = parents[next], parent != 0, parents[parent] != nil else { break }
            if parent == id { return true }
            if servers.contains(parent) {
                isInner = true
                break
            }
            next = parent
        }
        for span in path { known[span] = isInner }
        return !isInner
    }
}
