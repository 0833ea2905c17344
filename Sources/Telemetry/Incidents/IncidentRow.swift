/// A module request as one node saw it, as rules look at it: 48 bytes, of which there may be millions.
struct IncidentRow: Sendable {
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// What a client faced.
        static let isRequest = Flags(rawValue: 1)
        static let atEdge = Flags(rawValue: 2)
        static let behindEdge = Flags(rawValue: 4)
        /// An edge had no answer from behind it, and made up the error itself.
        static let isCutOff = Flags(rawValue: 8)
        /// A node behind it failed, too: the failure is that one's.
        static let passedFailureOn = Flags(rawValue: 16)
        /// The client's own view, from a log of its go command.
        static let clientSide = Flags(rawValue: 32)
        /// A redirect for good (301) that a cache kept.
        static let keptRedirect = Flags(rawValue: 64)
        /// A tile of a checksum database of a size that it cannot have.
        static let badTile = Flags(rawValue: 128)
    }

    /// Nanoseconds since the Unix epoch, by the clock of the node.
    var start: UInt64
    /// Microseconds, as far as 71 minutes.
    var micros: UInt32
    /// What the node behind took of it; `UInt32.max` where none tells of the request.
    var behindMicros: UInt32
    /// Number of a `FleetNode`; so is the next.
    var node: UInt32
    /// The node behind that was asked; 0 for none.
    var behind: UInt32
    /// Number of a `ModuleName`; 0 for none.
    var module: UInt32
    /// Number of a `ClientName`; 0 for none.
    var client: UInt32
    var segment: UInt32
    var row: UInt32
    /// Of the response, as far as 4 GiB; `UInt32.max` where nobody says it. See `saysSize`.
    var bytes: UInt32
    /// Kind, outcome and result of the cache, of five bits each, and whose word the size is: all four fit.
    private let facts: UInt16
    /// See `Exchange.version`.
    let version: UInt8
    var flags: Flags

    static let noTime = UInt32.max
    private static let ownSize: UInt16 = 1 << 15

    /// - Parameter client: who asked in the end; of what a node passed on, that is not the node
    init(_ exchange: Exchange, of client: UInt32, behind hop: Exchange?) {
        start = exchange.start
        micros = Self.micros(exchange.durationNanos)
        behindMicros = hop.map { Self.micros($0.durationNanos) } ?? Self.noTime
        node = exchange.node
        behind = hop?.node ?? 0
        module = exchange.module
        self.client = client
        segment = exchange.segment
        row = exchange.row
        // Who does not say the size of what it passed on passed on what the node behind it says.
        bytes =
            (exchange.bytes ?? hop?.bytes).map { UInt32(clamping: min($0, UInt64(UInt32.max - 1))) } ?? .max
        facts =
            (exchange.bytes == nil ? 0 : Self.ownSize) | UInt16(exchange.kind & 31) << 10 | UInt16(
                exchange.outcome & 31) << 5
            | UInt16(exchange.cacheResult & 31)
        version = exchange.version
        flags = []
        if exchange.isRequest { flags.insert(.isRequest) }
        if exchange.flags.contains(.atEdge) { flags.insert(.atEdge) }
        if exchange.flags.contains(.behindEdge) { flags.insert(.behindEdge) }
        if exchange.isCutOff { flags.insert(.isCutOff) }
        if exchange.flags.contains(.clientSide) { flags.insert(.clientSide) }
        if exchange.httpStatus == 301, exchange.moduleKind?.isImmutable == true, result.isHit,
            result != .redirectHit
        {
            flags.insert(.keptRedirect)
        }
        if let hop, RequestOutcome(rawValue: hop.outcome)?.isFailure == true {
            flags.insert(.passedFailureOn)
        }
    }

    private static func micros(_ nanos: UInt64) -> UInt32 {
        UInt32(clamping: min(nanos / 1_000, UInt64(noTime - 1)))
    }

    /// `ModuleKind`
    var kind: UInt8 { UInt8(truncatingIfNeeded: facts >> 10 & 31) }
    /// Whether the node itself says the size; else it is what the node behind says.
    var saysSize: Bool { facts & Self.ownSize != 0 }
    /// `RequestOutcome`; 0 where the span does not tell.
    var outcome: UInt8 { UInt8(truncatingIfNeeded: facts >> 5 & 31) }
    /// `CacheResult` of the node's own cache.
    var cacheResult: UInt8 { UInt8(truncatingIfNeeded: facts & 31) }
    var seconds: Double { Double(micros) / 1e6 }
    /// A start and a duration of microseconds have a sum.
    var end: UInt64 { start &+ UInt64(micros) &* 1_000 }
    var moduleKind: ModuleKind? { ModuleKind(rawValue: kind) }
    var result: CacheResult { CacheResult(rawValue: cacheResult) ?? .unknown }
    var ending: RequestOutcome? { RequestOutcome(rawValue: outcome) }
    var isFailure: Bool { ending?.isFailure == true }
    var hasHop: Bool { behindMicros != Self.noTime }
}

/// What the go command asks where a module's repository is, past all proxies: of its host, or of the repository itself.
struct DirectRequest: Sendable {
    /// Nanoseconds since the Unix epoch, by the clock of the node.
    var start: UInt64
    /// Number of a `ClientName`; 0 for none.
    var client: UInt32
    var segment: UInt32
    var row: UInt32
    /// Whether a go command tells of it, and not whom it asked.
    var isClientSide: Bool

    init(_ exchange: Exchange) {
        start = exchange.start
        client = exchange.client
        segment = exchange.segment
        row = exchange.row
        isClientSide = exchange.flags.contains(.clientSide)
    }
}

/// Keeps what rules look at. Where there is more than memory is meant for, requests are kept by lot: rates stay what they
/// are, as each has all that is looked at.
struct IncidentRows: FleetAggregate {
    /// 192 MB.
    static let rowsMax = 4_000_000

    private(set) var rows = BlockList<IncidentRow>()
    private(set) var count = 0
    /// Of two to the power of this, one is kept.
    private(set) var thinning = 0
    var telemetry: NodeTelemetry
    private(set) var hosts = AskedHosts()
    private var tiles = TileSizes()
    private(set) var clocks: ClockSeries
    /// In no order.
    private(set) var direct = BlockList<DirectRequest>()
    /// What go commands saw, in no order.
    private(set) var clientSide = BlockList<ClientSideRequest>()
    /// Nil where nobody says which modules are private.
    private(set) var leaks: LeakTally?
    /// Nil unless asked for.
    private(set) var objectives: ObjectiveTally?

    /// - Parameters:
    ///   - window: with the time before
    ///   - asked: without
    ///   - objectives: what else is added up, where it is about the same requests
    init(
        window: TimeWindow, asked: TimeWindow, end: UnixNanos, objectives: ObjectiveTally? = nil,
        leaks: LeakTally? = nil
    ) {
        clocks = ClockSeries(window: asked)
        self.objectives = objectives
        self.leaks = leaks
        telemetry = NodeTelemetry(window: window, end: end, keepsLags: true, keepsPresence: true)
    }

    mutating func add(_ group: ExchangeGroup) {
        objectives?.add(group)
        telemetry.addPairs(group)
        clocks.add(group)
        leaks?.add(group)
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard let kind = exchange.moduleKind, Self.isKept(exchange.segment, exchange.row, thinning)
            else { continue }
            if exchange.isRequest, kind == .goGetMeta || kind == .vcs {
                direct.append(DirectRequest(exchange))
                count += 1
            }
            guard kind.isModuleRequest else { continue }
            let hop = group.hops(of: place).first { _ in true }.map { group.exchanges[$0] }
            var row = IncidentRow(
                exchange, of: group.exchanges.outermost(place).client, behind: hop)
            if tiles.isBad(exchange) { row.flags.insert(.badTile) }
            rows.append(row)
            count += 1
            hosts.add(exchange)
            if let request = ClientSideRequest(exchange) {
                clientSide.append(request)
                count += 1
            }
        }
        if count > Self.rowsMax { thin(to: thinning + 1) }
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        let bad = try TileSizes(segment)
        var leaks = leaks
        try leaks?.add(spansOf: segment)
        try objectives?.add(spansOf: segment)
        try telemetry.add(segment)
        tiles.merge(bad)
        self.leaks = leaks
    }

    mutating func add(assembled segment: SegmentExchanges) throws(StoreError) {
        let bad = try TileSizes(segment)
        try leaks?.add(assembled: segment)
        tiles.merge(bad)
    }

    /// The rows, of which nothing is kept here, by segment and row: sums of fractions hang on the order, and which thread
    /// saw what must not show in an answer.
    mutating func takeRows() -> [IncidentRow] {
        guard let any = rows.first(where: { _ in true }) else { return [] }
        var ends: [Int] = []
        for row in rows {
            while ends.count <= Int(row.segment) { ends.append(0) }
            ends[Int(row.segment)] += 1
        }
        var next: [Int] = []
        var sum = 0
        for segment in ends.indices {
            next.append(sum)
            sum += ends[segment]
            ends[segment] = sum
        }
        var ordered = [IncidentRow](repeating: any, count: sum)
        rows.drain { block in
            for row in block {
                ordered[next[Int(row.segment)]] = row
                next[Int(row.segment)] += 1
            }
        }
        var first = 0
        for end in ends {
            // All but what had to wait for other segments came in order.
            let isOrdered = (first..<end).dropFirst().allSatisfy { ordered[$0 - 1].row <= ordered[$0].row }
            if !isOrdered { ordered[first..<end].sort { $0.row < $1.row } }
            first = end
        }
        Self.forgetWays(&ordered)
        return ordered
    }

    /// A node of which no request is told of by one behind it is its own way out: that nobody there has told of one says
    /// nothing, and what it could not get is a fetch that failed.
    private static func forgetWays(_ rows: inout [IncidentRow]) {
        var passesOn: Set<UInt32> = []
        for row in rows where row.hasHop { passesOn.insert(row.node) }
        for place in rows.indices
        where rows[place].flags.contains(.isCutOff) && !passesOn.contains(rows[place].node) {
            rows[place].flags.remove(.isCutOff)
        }
    }

    private static func isKept(_ segment: UInt32, _ row: UInt32, _ thinning: Int) -> Bool {
        thinning == 0
            || SeededRandom.mixed(UInt64(segment) << 32 | UInt64(row)) & ((1 << UInt64(thinning)) - 1) == 0
    }

    private mutating func thin(to thinning: Int) {
        guard thinning > self.thinning else { return }
        self.thinning = thinning
        var kept = BlockList<IncidentRow>()
        count = 0
        for row in rows where Self.isKept(row.segment, row.row, thinning) {
            kept.append(row)
            count += 1
        }
        rows = kept
        var keptDirect = BlockList<DirectRequest>()
        for request in direct where Self.isKept(request.segment, request.row, thinning) {
            keptDirect.append(request)
            count += 1
        }
        direct = keptDirect
        var keptClientSide = BlockList<ClientSideRequest>()
        for request in clientSide where Self.isKept(request.segment, request.row, thinning) {
            keptClientSide.append(request)
            count += 1
        }
        clientSide = keptClientSide
    }

    mutating func merge(_ other: IncidentRows) {
        telemetry.merge(other.telemetry)
        clocks.merge(other.clocks)
        if let more = other.objectives { objectives?.merge(more) }
        var other = other
        other.thin(to: thinning)
        thin(to: other.thinning)
        rows.append(other.rows)
        direct.append(other.direct)
        clientSide.append(other.clientSide)
        count += other.count
        hosts.merge(other.hosts)
        tiles.merge(other.tiles)
        if let found = other.leaks { leaks?.merge(found) }
        if count > Self.rowsMax { thin(to: thinning + 1) }
    }
}
