import OTLPModel

/// A request as sessions, fetches and ratios need it: 48 bytes, of which there may be millions.
struct FleetRow: Sendable {
    var start: UInt64
    var durationNanos: UInt64
    var client: UInt32
    var module: UInt32
    var node: UInt32
    var segment: UInt32
    var row: UInt32
    /// Of the response, as far as 4 GiB: no module may have as many. `UInt32.max` where nobody says it.
    private var byteCount: UInt32
    var kind: UInt8
    var facingResult: UInt8
    var outcome: UInt8
    /// See `Exchange.version`.
    var version: UInt8
    /// Its place among `RequestClass.allCases`; `UInt8.max` for what is not slow.
    private var reasonCode = UInt8.max

    var reason: RequestClass? { reasonCode == .max ? nil : RequestClass.allCases[Int(reasonCode)] }

    @inline(__always)
    init(_ exchange: Exchange, _ reason: RequestClass?) {
        start = exchange.start
        durationNanos = exchange.durationNanos
        client = exchange.client
        module = exchange.module
        node = exchange.node
        segment = exchange.segment
        row = exchange.row
        kind = exchange.kind
        facingResult = exchange.facingResult
        outcome = exchange.outcome
        version = exchange.version
        byteCount = exchange.bytes.map { min(UInt32(clamping: $0), .max - 1) } ?? .max
        if let place = reason.flatMap({ RequestClass.allCases.firstIndex(of: $0) }) {
            reasonCode = UInt8(place)
        }
    }

    var end: UInt64 { start &+ durationNanos }
    var bytes: UInt64? { byteCount == .max ? nil : UInt64(byteCount) }
    var moduleKind: ModuleKind? { ModuleKind(rawValue: kind) }
    var result: CacheResult { CacheResult(rawValue: facingResult) ?? .unknown }
}

/// The requests of a window, by client: what belongs to one run of the go command lies together.
struct FleetRows: FleetAggregate {
    /// As many parts as can be worked on side by side, and some more, so that they are about equal.
    static let partCount = 64

    /// By client, modulo their number.
    private(set) var parts = [BlockList<FleetRow>](repeating: BlockList(), count: partCount)
    private let isWanted: @Sendable (Exchange) -> Bool
    private let hasReasons: Bool
    private var reader = StageReader()

    /// - Parameter isWanted: which requests are kept
    /// - Parameter hasReasons: whether it matters why slow ones were slow; a scan with stages only
    init(hasReasons: Bool = false, _ isWanted: @escaping @Sendable (Exchange) -> Bool) {
        self.isWanted = isWanted
        self.hasReasons = hasReasons
    }

    mutating func add(_ group: ExchangeGroup) {
        for place in group.requests where isWanted(group.exchanges[place]) {
            let exchange = group.exchanges[place]
            let reason = hasReasons ? reason(of: place, group) : nil
            parts[Int(exchange.client) % Self.partCount].append(FleetRow(exchange, reason))
        }
    }

    /// Few are slow: only of these are stages read.
    private mutating func reason(of place: Int, _ group: ExchangeGroup) -> RequestClass? {
        let exchange = group.exchanges[place]
        guard
            exchange.durationNanos > RequestClass.slowNanos(bytes: exchange.bytes)
                || exchange.outcome == RequestOutcome.maskedTimeout.rawValue
        else { return nil }
        return SlowExchange(
            exchange: exchange, stages: group.stages(of: place, &reader),
            isFromProxy: group.isFromProxy(place)
        ).reason
    }

    mutating func merge(_ other: FleetRows) {
        for part in parts.indices { parts[part].append(other.parts[part]) }
    }

    /// The requests of a fetch or a session.
    func rows(of set: RequestSet, _ modules: [ModuleName]) -> [FleetRow] {
        parts[Int(set.client) % Self.partCount].filter { row in
            row.client == set.client && row.start >= set.start && row.start <= set.end
                && (set.module == 0 || (row.module == set.module && RequestSets.isOfVersion(row, modules)))
        }
    }

    /// Works on the requests of each client, in the order of their starts.
    /// - Returns: what `body` makes of each part, in order
    func map<Result: Sendable>(_ body: @Sendable (_ part: [FleetRow]) -> Result) -> [Result] {
        ParallelWork.map(Self.partCount) { part in
            body(Self.sorted(Array(parts[part])))
        }
    }

    /// By client and start.
    private static func sorted(_ rows: [FleetRow]) -> [FleetRow] {
        let order = ClientOrder.places(ofClients: rows.map(\.client), ofPartOf: partCount) { left, right in
            let (one, other) = (Int(left), Int(right))
            if rows[one].start != rows[other].start { return rows[one].start < rows[other].start }
            return (rows[one].segment, rows[one].row) < (rows[other].segment, rows[other].row)
        }
        return order.map { rows[Int($0)] }
    }
}

/// What one client asked for without a long pause: one run of the go command, or a few that follow each other.
struct ClientSessions: Sequence, IteratorProtocol {
    /// A longer time without a request ends a session.
    static let pauseNanos: UInt64 = 15_000_000_000

    private let rows: ArraySlice<FleetRow>
    private var place: Int

    /// - Parameter rows: in the order of client and start
    init(_ rows: [FleetRow]) {
        self.rows = rows[...]
        place = rows.startIndex
    }

    /// The rows of the next session.
    mutating func next() -> ArraySlice<FleetRow>? {
        guard place < rows.endIndex else { return nil }
        let first = place
        var end = rows[first].end
        place += 1
        while place < rows.endIndex, rows[place].client == rows[first].client,
            rows[place].start <= end &+ Self.pauseNanos
        {
            end = Swift.max(end, rows[place].end)
            place += 1
        }
        return rows[first..<place]
    }
}
