import OTLPModel

/// Which errors `errors` looks for.
package struct FleetErrorsQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    /// At least 1.
    package var limit: Int

    package init(window: TimeWindow, filter: FleetFilter = FleetFilter(), limit: Int = 20) {
        self.window = window
        self.filter = filter
        self.limit = limit
    }
}

/// Errors that look the same: they probably have one cause.
package struct ErrorCause: Sendable {
    package var outcome: RequestOutcome
    /// 0 without one.
    package var httpStatus: Int
    /// Where all have the same.
    package var kind: ModuleKind?
    package var kinds: Int
    /// The node that was the innermost to fail, where all have the same.
    package var node: FleetNode?
    /// The host of the modules, where all have the same.
    package var upstream: String?
    package var nodes: Int
    package var upstreams: Int
    /// Of the nodes, where all have the same.
    package var region: String?
    /// What spans say of it, without what differs from one to the next.
    package var message: String?
    package var count: Int
    /// Addresses.
    package var clients: Int
    package var first: UnixNanos
    package var last: UnixNanos
    /// Of the last one.
    package var exampleTrace: TraceID?
}

package struct FleetErrorsResult: Sendable {
    /// Failures first, then refusals ("not found", "forbidden"); of each the most frequent first.
    package var causes: [ErrorCause]
    package var causeCount: Int
    /// Without those at proxies whose edges do not tell of them, as all figures here: of these only what failed at the edge
    /// as well came from a client.
    package var requests: Int
    /// Requests that did not get what there should have been.
    package var failures: Int
    package var refusals: Int
    package var probes: Int
    package var aborted: Int
    /// What was asked for besides, for paths of no module, and how much of that failed.
    package var others: Int
    package var otherFailures: Int
    /// What edges asked proxies for without telling of it, and how much of that ended in an error: this is among the causes.
    package var behindLostEdges: Int
    package var lostEdgeErrors: Int
    /// Requests that could have gone wrong: without probes and what clients gave up.
    package var judged: Int { requests - probes - aborted }
    package var quality: FleetQuality
    package var notes: [QualityNote]
}

extension RequestOutcome {
    /// An answer that the request was not meant to get, though nobody need have failed: there may be no such module.
    package var isRefusal: Bool {
        switch self {
        case .notFound, .gone, .forbidden, .badRequest: true
        case .ok, .probe, .rateLimited, .timeout, .maskedTimeout, .upstreamError, .internalError, .empty,
            .aborted, .redirected, .false200, .truncated, .checksumMismatch:
            false
        }
    }

    var isError: Bool { isFailure || isRefusal }
}

/// A request that ended in an error: 40 bytes.
struct ErrorRow: Sendable {
    var start: UInt64
    var segment: UInt32
    var row: UInt32
    var client: UInt32
    /// The innermost that failed.
    var node: UInt32
    var module: UInt32
    /// Among the messages; 0 for none.
    var message: UInt32
    var httpStatus: UInt16
    var kind: UInt8
    var outcome: UInt8
    var isOfClient: Bool
}

/// Gathers the errors of a window.
struct ErrorRows: FleetAggregate {
    private(set) var rows: [ErrorRow] = []
    /// By number less one.
    private(set) var messages: [String] = []
    private var numbers: [String: UInt32] = [:]
    /// Of requests that had to wait, by segment and row.
    private var heldMessages: [UInt64: UInt32] = [:]
    /// Of clients, and of edges that do not tell of themselves.
    private(set) var requests = 0
    private(set) var behindLostEdges = 0
    private(set) var probes = 0
    private(set) var aborted = 0
    private(set) var others = 0
    private(set) var otherFailures = 0
    /// Requests as each node had them, by number of the node.
    private(set) var requestsByNode = ByNumber(0)
    private(set) var requestsByModule = ByNumber(0)
    /// By the raw value of the kind.
    private(set) var requestsByKind = [Int](repeating: 0, count: 256)
    /// Of the segment that is looked at.
    private var current: SpanMessages?

    private static func error(_ exchange: Exchange) -> RequestOutcome? {
        guard exchange.moduleKind?.isModuleRequest == true,
            let outcome = RequestOutcome(rawValue: exchange.outcome), outcome.isError
        else { return nil }
        return outcome
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        current = nil
        guard segment.exchanges.contains(where: { Self.error($0) != nil }) else { return }
        current = try SpanMessages(segment)
    }

    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges) {
        for place in places where Self.error(segment.exchanges[place]) != nil {
            let exchange = segment.exchanges[place]
            let number = number(of: exchange, in: segment)
            if number > 0 { heldMessages[Self.key(exchange)] = number }
        }
    }

    private static func key(_ exchange: Exchange) -> UInt64 {
        UInt64(exchange.segment) << 32 | UInt64(exchange.row)
    }

    mutating func add(_ group: ExchangeGroup) {
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard exchange.moduleKind?.isModuleRequest == true else {
                guard exchange.isRequest, exchange.moduleKind != .ops else { continue }
                others += 1
                if RequestOutcome(rawValue: exchange.outcome)?.isFailure == true { otherFailures += 1 }
                continue
            }
            requestsByNode[exchange.node] += 1
            guard exchange.isRequest else { continue }
            requests += 1
            requestsByModule[exchange.module] += 1
            requestsByKind[Int(exchange.kind)] += 1
            if !exchange.isOfClient { behindLostEdges += 1 }
            switch RequestOutcome(rawValue: exchange.outcome) {
            case .probe: probes += exchange.isOfClient ? 1 : 0
            case .aborted: aborted += exchange.isOfClient ? 1 : 0
            default: if Self.error(exchange) != nil { addError(place, group) }
            }
        }
    }

    private mutating func addError(_ place: Int, _ group: ExchangeGroup) {
        let exchange = group.exchanges[place]
        var innermost = place
        for _ in group.exchanges.indices {
            let failing = group.hops(of: innermost).first { Self.error(group.exchanges[$0]) != nil }
            guard let failing else { break }
            innermost = failing
        }
        let inner = group.exchanges[innermost]
        let message: UInt32
        if let segment = group.segment {
            message = number(of: exchange, in: segment)
        } else {
            message = heldMessages[Self.key(exchange)] ?? heldMessages[Self.key(inner)] ?? 0
        }
        rows.append(
            ErrorRow(
                start: exchange.start, segment: exchange.segment, row: exchange.row,
                client: exchange.client, node: inner.node, module: exchange.module, message: message,
                httpStatus: exchange.httpStatus, kind: exchange.kind, outcome: exchange.outcome,
                isOfClient: exchange.isOfClient))
    }

    private mutating func number(of exchange: Exchange, in segment: SegmentExchanges) -> UInt32 {
        // What was made of split traces lies in memory, and has no damage.
        if current?.segment != segment.segmentIndex { current = try? SpanMessages(segment) }
        return current?.message(of: exchange, in: segment).map { number($0) } ?? 0
    }

    private mutating func number(_ message: String) -> UInt32 {
        if let known = numbers[message] { return known }
        messages.append(message)
        numbers[message] = UInt32(messages.count)
        return UInt32(messages.count)
    }

    mutating func merge(_ other: ErrorRows) {
        let renumbered = [0] + other.messages.map { number($0) }
        for var row in other.rows {
            row.message = renumbered[Int(row.message)]
            rows.append(row)
        }
        heldMessages.merge(other.heldMessages.mapValues { renumbered[Int($0)] }) { first, _ in first }
        requests += other.requests
        behindLostEdges += other.behindLostEdges
        probes += other.probes
        aborted += other.aborted
        others += other.others
        otherFailures += other.otherFailures
        requestsByNode.merge(other.requestsByNode, +=)
        requestsByModule.merge(other.requestsByModule, +=)
        for kind in requestsByKind.indices { requestsByKind[kind] += other.requestsByKind[kind] }
    }
}
