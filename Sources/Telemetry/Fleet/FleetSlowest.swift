/// What `slowest` lists one of.
package enum SlowestUnit: String, CaseIterable, Sendable {
    /// An HTTP request.
    case request
    /// All that one client asked for to get one version: its info, mod, zip and checksum.
    case fetch
    /// All that a client asked for without a pause above 15 s: one run of the go command.
    case session
}

/// Which of the fleet's requests, fetches or sessions `slowest` looks for.
package struct FleetSlowestQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    package var unit: SlowestUnit
    /// At least 1.
    package var limit: Int
    package var minDurationNanos: Int64
    /// Only what is slow for one of these reasons; empty for everything.
    package var classes: Set<RequestClass>

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), unit: SlowestUnit = .request,
        limit: Int = 20,
        minDurationNanos: Int64 = 0, classes: Set<RequestClass> = []
    ) {
        self.window = window
        self.filter = filter
        self.unit = unit
        self.limit = limit
        self.minDurationNanos = minDurationNanos
        self.classes = classes
    }
}

/// A request, a fetch or a session, with the reason for its duration.
package struct SlowUnit: Sendable {
    package var start: UnixNanos
    /// From the first start to the last end.
    package var durationNanos: Int64
    /// How long at least one of its requests was under way.
    package var waitedNanos: Int64
    package var client: ClientName?
    /// Of a request or a fetch.
    package var module: ModuleName?
    /// Of a request.
    package var kind: ModuleKind?
    package var requests: Int
    /// Versions that were asked for.
    package var fetches: Int
    /// Nil where nobody says it.
    package var bytes: UInt64?
    /// Requests that did not get what they asked for; probes are none.
    package var failures: Int
    /// As the client had it: of a fetch and a session that of the slowest request.
    package var cacheResult: CacheResult
    package var outcome: RequestOutcome?
    package var httpStatus: Int?
    package var node: FleetNode
    package var reason: RequestClass?
    /// Of a request: which timeout it looks like.
    package var timeout: TimeoutFingerprint?
    /// Of all requests together.
    package var stages: StageTimes
    /// Of the slowest request.
    package var traceID: TraceID
}

package struct FleetSlowestResult: Sendable {
    /// Slowest first, fetches by how long was waited for them; equal ones by start.
    package var units: [SlowUnit]
    package var hasMore: Bool
    package var quality: FleetQuality
    package var notes: [QualityNote]
}

/// A request among the slowest.
struct SlowExchange: Sendable {
    var exchange: Exchange
    var stages: StageTimes
    /// The file came from another proxy, not from a repository.
    var isFromProxy: Bool

    var reason: RequestClass? {
        RequestClass(
            RequestClass.Signs(
                kind: exchange.moduleKind, outcome: RequestOutcome(rawValue: exchange.outcome),
                durationNanos: exchange.durationNanos, bytes: exchange.bytes, stages: stages,
                isFromProxy: isFromProxy, isCutOff: exchange.isCutOff))
    }

    /// Slowest first; equal durations by start, then by place.
    static func isBefore(_ left: SlowExchange, _ right: SlowExchange) -> Bool {
        let (left, right) = (left.exchange, right.exchange)
        if left.durationNanos != right.durationNanos { return left.durationNanos > right.durationNanos }
        return (left.start, left.segment, left.row) < (right.start, right.segment, right.row)
    }
}

extension ExchangeGroup {
    /// Whether what an exchange waited for came from another proxy: what no Athens is behind of.
    func isFromProxy(_ place: Int) -> Bool {
        var innermost = place
        for _ in exchanges.indices {
            guard let hop = hops(of: innermost).first(where: { _ in true }) else { break }
            innermost = hop
        }
        return !exchanges[innermost].flags.contains(.hasProtocolCall)
    }
}

/// Keeps the slowest requests.
struct SlowestExchanges: FleetAggregate {
    private let leastNanos: UInt64
    private let classes: Set<RequestClass>
    private var heap: BoundedHeap<SlowExchange>
    private var reader = StageReader()

    init(limit: Int, leastNanos: UInt64, classes: Set<RequestClass>) {
        self.leastNanos = leastNanos
        self.classes = classes
        heap = BoundedHeap(limit: limit, isBefore: SlowExchange.isBefore)
    }

    var slowest: [SlowExchange] { heap.sorted() }

    mutating func add(_ group: ExchangeGroup) {
        // What is slow for a reason took a second at the least.
        let least = classes.isEmpty ? leastNanos : max(leastNanos, 1_000_000_000)
        for place in group.requests {
            let exchange = group.exchanges[place]
            guard exchange.durationNanos >= least, exchange.moduleKind?.isModuleRequest == true else {
                continue
            }
            if let last = heap.last, exchange.durationNanos < last.exchange.durationNanos { continue }
            let slow = SlowExchange(
                exchange: exchange, stages: group.stages(of: place, &reader),
                isFromProxy: group.isFromProxy(place))
            if !classes.isEmpty {
                guard let reason = slow.reason, classes.contains(reason) else { continue }
            }
            heap.insert(slow)
        }
    }

    mutating func merge(_ other: SlowestExchanges) {
        for slow in other.heap.sorted() { heap.insert(slow) }
    }
}
