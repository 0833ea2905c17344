package import OTLPModel

/// Something that limits an answer, in words that a person can act on.
package struct QualityNote: Hashable, Sendable {
    /// What kind of limit: `journal`, `damaged_chunk`, `node_from_peer`, `skew`, `orphans`, …
    package var code: String
    package var message: String
    /// All the nodes that it is about, where the message names some of many; for formats that machines read.
    package var nodes: [String]

    package init(code: String, message: String, nodes: [String] = []) {
        self.code = code
        self.message = message
        self.nodes = nodes
    }
}

/// Which requests `slowest` looks for.
package struct SlowestQuery: Sendable {
    /// By start time of the request.
    package var window: TimeWindow
    /// At least 1.
    package var limit: Int
    /// `service.name`, exact; `*` stands for any characters.
    package var service: String?
    /// Node identity, exact; `*` stands for any characters.
    package var node: String?
    /// Span name or URL path, exact; `*` stands for any characters.
    package var name: String?
    package var minDurationNanos: Int64
    /// The time of asking; nodes that fell silent are noted only for windows that end about then.
    package var now: UnixNanos?

    package init(
        window: TimeWindow, limit: Int, service: String? = nil, node: String? = nil, name: String? = nil,
        minDurationNanos: Int64 = 0, now: UnixNanos? = nil
    ) {
        self.window = window
        self.limit = limit
        self.service = service
        self.node = node
        self.name = name
        self.minDurationNanos = minDurationNanos
        self.now = now
    }

    /// Whether the answer is about some of the requests only, besides the window.
    var isFiltered: Bool { service != nil || node != nil || name != nil || minDurationNanos > 0 }
}

/// One request: the outermost server span of a trace, or its root where no span is a server's.
package struct RequestRow: Hashable, Sendable {
    package var traceID: TraceID
    package var spanID: SpanID
    package var start: UnixNanos
    /// Never negative: an end before the start counts as 0.
    package var durationNanos: Int64
    package var node: NodeIdentity
    /// `service.name`, or `unknown_service`.
    package var service: String
    package var spanName: String
    package var kind: SpanKind
    /// `url.path`, or what older emitters call it, without the query.
    package var urlPath: String?
    package var httpStatus: Int?
    package var status: StatusCode

    package init(
        traceID: TraceID, spanID: SpanID, start: UnixNanos, durationNanos: Int64, node: NodeIdentity,
        service: String, spanName: String, kind: SpanKind, urlPath: String?, httpStatus: Int?,
        status: StatusCode
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.start = start
        self.durationNanos = durationNanos
        self.node = node
        self.service = service
        self.spanName = spanName
        self.kind = kind
        self.urlPath = urlPath
        self.httpStatus = httpStatus
        self.status = status
    }
}

package struct SlowestResult: Sendable {
    /// Slowest first; equal durations by start, then by span id.
    package var rows: [RequestRow]
    /// Whether window and filters let more requests through than were asked for. How many is not counted:
    /// that would need a look at every segment.
    package var hasMore: Bool
    package var notes: [QualityNote]

    package init(rows: [RequestRow], hasMore: Bool, notes: [QualityNote]) {
        self.rows = rows
        self.hasMore = hasMore
        self.notes = notes
    }
}

/// A stored span with everything that it came with.
package struct StoredSpan: Hashable, Sendable {
    package var span: Span
    package var resource: Resource
    package var resourceSchemaURL: String
    package var scope: InstrumentationScope
    package var scopeSchemaURL: String
    /// When the collector received it.
    package var receivedAt: UnixNanos
    /// The address it came from, without the port.
    package var peerAddress: String

    package init(
        span: Span, resource: Resource, resourceSchemaURL: String, scope: InstrumentationScope,
        scopeSchemaURL: String, receivedAt: UnixNanos, peerAddress: String
    ) {
        self.span = span
        self.resource = resource
        self.resourceSchemaURL = resourceSchemaURL
        self.scope = scope
        self.scopeSchemaURL = scopeSchemaURL
        self.receivedAt = receivedAt
        self.peerAddress = peerAddress
    }

    package var node: NodeIdentity { NodeIdentity(resource: resource, peerAddress: peerAddress) }

    /// `service.name`, or `unknown_service`.
    package var service: String {
        resource.attributes.string(of: "service.name").flatMap { $0.isEmpty ? nil : $0 } ?? "unknown_service"
    }
}

/// What a trace id, or the beginning of one, stands for.
package enum TraceLookup: Sendable {
    case found(TraceID, [StoredSpan], notes: [QualityNote])
    /// Several ids begin so.
    case ambiguous(TraceMatches)
    case notFound(notes: [QualityNote])
}

/// What `traceq db info` tells.
package struct DatabaseInfo: Hashable, Sendable {
    package var path: String
    /// The file and its write-ahead log together.
    package var sizeBytes: Int64
    package var spans: Int64
    /// Points of metrics.
    package var points: Int64
    package var segments: Int
    /// Commits that wait to be sealed into a segment.
    package var journalRows: Int
    /// Nil while nothing is stored.
    package var minTime: UnixNanos?
    package var maxTime: UnixNanos?
    package var formatVersion: Int
    package var notes: [QualityNote]

    package init(
        path: String, sizeBytes: Int64, spans: Int64, points: Int64 = 0, segments: Int, journalRows: Int,
        minTime: UnixNanos?, maxTime: UnixNanos?, formatVersion: Int, notes: [QualityNote]
    ) {
        self.path = path
        self.sizeBytes = sizeBytes
        self.spans = spans
        self.points = points
        self.segments = segments
        self.journalRows = journalRows
        self.minTime = minTime
        self.maxTime = maxTime
        self.formatVersion = formatVersion
        self.notes = notes
    }

    /// Nil while nothing is stored.
    package var bytesPerSpan: Double? { spans > 0 ? Double(sizeBytes) / Double(spans) : nil }
}
