import OTLPModel
import TestSupport

@testable import Telemetry

/// Traces of a small fleet that a test spells out, each node's spans in a resource and an export of their own.
struct FleetSample {
    /// A node that sends spans.
    struct Node {
        /// Empty for one that does not name itself.
        var name: String
        var service = "edge"
        var scope = "otelhttp"
        var region: String?
        var role: String?
        /// How far its clock is ahead.
        var aheadMillis: Int64 = 0

        static let edge = Node(name: "edge-1", service: "nginx", scope: "nginx", region: "eu")
        static let athens = Node(
            name: "athens-1", service: "proxy", scope: "github.com/gomods/athens", region: "eu")
    }

    private(set) var requests: [(request: ExportTraceServiceRequest, arrival: Arrival)] = []
    private var next: UInt8 = 1

    /// Adds spans that one node sent together.
    mutating func add(
        _ node: Node, receivedMillis: UInt64 = 60_000, peer: String = "192.0.2.1", _ spans: [OTLPModel.Span]
    ) {
        var attributes = [KeyValue("service.name", .string(node.service))]
        if !node.name.isEmpty { attributes.append(KeyValue("service.instance.id", .string(node.name))) }
        if let region = node.region { attributes.append(KeyValue("cloud.region", .string(region))) }
        if let role = node.role { attributes.append(KeyValue("edge.node.role", .string(role))) }
        let shifted = spans.map { span in
            var span = span
            let ahead = UInt64(bitPattern: node.aheadMillis * 1_000_000)
            span.startTimeUnixNano &+= ahead
            span.endTimeUnixNano &+= ahead
            return span
        }
        let request = ExportTraceServiceRequest(
            resourceSpans: [
                ResourceSpans(
                    resource: Resource(attributes: attributes),
                    scopeSpans: [ScopeSpans(scope: InstrumentationScope(name: node.scope), spans: shifted)])
            ])
        let received = UnixNanos(rawValue: Int64(Sample.baseNanos + receivedMillis * 1_000_000))
        requests.append((request, Arrival(receivedAt: received, peerAddress: peer)))
    }

    /// What a server says of a module request.
    static func attributes(
        _ path: String, status: Int64 = 200, client: String = "198.51.100.1", bytes: Int64? = 100,
        _ more: [KeyValue] = []
    ) -> [KeyValue] {
        [
            KeyValue("url.path", .string(path)), KeyValue("http.response.status_code", .int(status)),
            KeyValue("client.address", .string(client)),
            KeyValue("user_agent.original", .string("Go-http-client/2.0")),
        ] + (bytes.map { [KeyValue("http.response.body.size", .int($0))] } ?? []) + more
    }

    static func cache(_ word: String) -> [KeyValue] {
        [KeyValue("nginx.upstream_cache_status", .string(word))]
    }

    /// A span by name: internal ones of Athens, with the kind that it gives them.
    static func inner(
        _ name: String, trace: UInt64, id: UInt8, parent: UInt8?, at start: UInt64, millis: UInt64
    ) -> OTLPModel.Span {
        Sample.span(
            trace: trace, id: id, parent: parent, name: name, kind: .internal, startMillis: start,
            millis: millis)
    }

    // MARK: Storing

    /// Stores everything and opens it.
    /// - Parameter segmented: each export in a segment of its own; else all in the journal
    func reader(at path: String, segmented: Bool = false) async throws -> TelemetryReader {
        let options: StoreOptions = segmented ? .sealing(every: 1) : .sealing(every: .max)
        for (request, arrival) in requests {
            let store = try TelemetryStore.open(path: path, options: options)
            let body = request.protobufBytes()
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
            _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
            await store.close()
        }
        return try TelemetryReader(path: path)
    }

    /// All requests, slowest first.
    static func slowest(
        _ reader: TelemetryReader, unit: SlowestUnit = .request,
        change: (inout FleetSlowestQuery) -> Void = { _ in }
    ) throws -> FleetSlowestResult {
        var query = FleetSlowestQuery(window: .all, unit: unit, limit: 1_000)
        change(&query)
        return try reader.slowest(query)
    }
}

/// What Athens does for a file, as its spans tell it.
extension FleetSample {
    /// A request whose file the storage has, or has not: with a second look-up it was fetched in between.
    static func athens(
        trace: UInt64, path: String, call: String, at start: UInt64 = 0, fetchMillis: UInt64? = nil,
        status: Int64 = 200, parent: UInt8? = nil, client: String = "198.51.100.1"
    ) -> [OTLPModel.Span] {
        let file = "fs." + call.split(separator: ".")[1]
        let length = 4 + (fetchMillis.map { $0 + 2 } ?? 0)
        var spans = [
            Sample.span(
                trace: trace, id: 101, parent: parent, name: "proxy", startMillis: start, millis: length,
                attributes: attributes(path, status: status, client: client)),
            inner(call, trace: trace, id: 102, parent: 101, at: start + 1, millis: length - 2),
            inner(file, trace: trace, id: 103, parent: 102, at: start + 1, millis: 1),
        ]
        if let fetchMillis {
            spans.append(
                inner(file, trace: trace, id: 104, parent: 102, at: start + 2 + fetchMillis, millis: 1))
        }
        return spans
    }

    /// The fetch that such a request waits for, in a trace of its own.
    static func fetch(trace: UInt64, at start: UInt64, millis: UInt64, isLeader: Bool = true) -> [OTLPModel
        .Span]
    {
        let root = inner("singleflight.Stash", trace: trace, id: 1, parent: nil, at: start, millis: millis)
        guard isLeader else { return [root] }
        return [
            root, inner("stash.Pool", trace: trace, id: 2, parent: 1, at: start, millis: millis),
            inner(
                "stasher.Stash", trace: trace, id: 3, parent: 2, at: start + millis / 4,
                millis: millis - millis / 4),
            inner(
                "goGetFetcher.Fetch", trace: trace, id: 4, parent: 3, at: start + millis / 4,
                millis: millis / 2),
            inner(
                "fs.Save", trace: trace, id: 5, parent: 3, at: start + millis / 4 + millis / 2,
                millis: millis / 4),
        ]
    }
}
