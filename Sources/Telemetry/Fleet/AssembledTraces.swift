import OTLPModel

/// Makes one segment of traces whose spans lie in several, or of a few traces that are to be looked at by themselves.
enum AssembledTraces {
    /// How many traces are made into one at a time: what they hold is in memory.
    static let tracesMax = 4_000

    /// Segments in memory that hold the traces whole, in an order that depends on nothing but their ids.
    static func segments(
        of traces: Set<TraceID>, _ stored: [SegmentReference], _ reader: TelemetryReader
    ) throws(StoreError) -> [SegmentReference] {
        guard !traces.isEmpty else { return [] }
        let ordered = traces.sorted()
        var made: [SegmentReference] = []
        var first = 0
        while first < ordered.count {
            let end = min(first + tracesMax, ordered.count)
            let spans = try TraceSearch(stored, reader).storedSpans(of: Set(ordered[first..<end]))
            if let segment = segment(of: spans) { made.append(segment) }
            first = end
        }
        return made
    }

    /// One segment in memory.
    /// - Returns: nil without spans
    static func segment(of traces: [TraceID: [StoredSpan]]) -> SegmentReference? {
        var batches: [SpanBatch] = []
        let spans = traces.sorted { $0.key < $1.key }.flatMap(\.value)
        // A batch has one arrival: spans that came together stand together.
        for (arrival, group) in grouped(spans) {
            let body = request(group).protobufBytes()
            let limits = DecodeLimits()
            guard
                let decoded = try? DecodedTraces.fromProtobuf(body.span, arrival: arrival, limits: limits)
            else { continue }
            batches.append(decoded.batch)
        }
        guard batches.contains(where: { $0.spanCount > 0 }) else { return nil }
        let columns = SegmentBuilder(batches).build()
        return SegmentReference(summary: columns.summary(), columns: columns)
    }

    private static func grouped(_ spans: [StoredSpan]) -> [(Arrival, [StoredSpan])] {
        var groups: [(Arrival, [StoredSpan])] = []
        var places: [Arrival: Int] = [:]
        for span in spans {
            let arrival = Arrival(receivedAt: span.receivedAt, peerAddress: span.peerAddress)
            if let place = places[arrival] {
                groups[place].1.append(span)
            } else {
                places[arrival] = groups.count
                groups.append((arrival, [span]))
            }
        }
        return groups
    }

    /// A request that carries the spans, each with what it came with.
    private static func request(_ spans: [StoredSpan]) -> ExportTraceServiceRequest {
        struct Key: Hashable {
            var resource: Resource
            var resourceSchemaURL: String
            var scope: InstrumentationScope
            var scopeSchemaURL: String
        }
        var keys: [Key] = []
        var groups: [Key: [OTLPModel.Span]] = [:]
        for stored in spans {
            let key = Key(
                resource: stored.resource, resourceSchemaURL: stored.resourceSchemaURL, scope: stored.scope,
                scopeSchemaURL: stored.scopeSchemaURL)
            if groups[key] == nil { keys.append(key) }
            groups[key, default: []].append(stored.span)
        }
        return ExportTraceServiceRequest(
            resourceSpans: keys.map { key in
                ResourceSpans(
                    resource: key.resource,
                    scopeSpans: [
                        ScopeSpans(scope: key.scope, spans: groups[key] ?? [], schemaURL: key.scopeSchemaURL)
                    ], schemaURL: key.resourceSchemaURL)
            })
    }
}
