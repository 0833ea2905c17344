/// How often something was seen among the selected requests and among the rest.
struct WhyCount: Sendable {
    var selected = 0
    var rest = 0
    /// Of the selected ones, together.
    var seconds = 0.0

    mutating func add(_ isSelected: Bool, _ seconds: Double) {
        if isSelected {
            selected += 1
            self.seconds += seconds
        } else {
            rest += 1
        }
    }

    static func + (left: WhyCount, right: WhyCount) -> WhyCount {
        var sum = left
        sum += right
        return sum
    }

    static func += (left: inout WhyCount, right: WhyCount) {
        left.selected += right.selected
        left.rest += right.rest
        left.seconds += right.seconds
    }
}

/// What a request is known by without its attributes.
struct WhyFacts: Sendable {
    var segment: UInt32
    var row: UInt32
    var node: UInt32
    /// The innermost that it came to.
    var innermost: UInt32
    var module: UInt32
    var client: UInt32
    /// Since the Unix epoch.
    var minute: UInt32
    var kind: UInt8
    var cacheResult: UInt8
    var outcome: UInt8
    /// Of the response, by power of ten; 255 where nobody says.
    var size: UInt8
    var isSelected: Bool
    var isTarget = false

    /// A number by chance that is always the same.
    var lot: UInt64 { SeededRandom.mixed(UInt64(segment) << 32 | UInt64(row)) }

    /// Two requests never have the same.
    static func isBefore(_ left: WhyFacts, _ right: WhyFacts) -> Bool {
        (left.lot, left.segment, left.row) < (right.lot, right.segment, right.row)
    }
}

/// The requests of a segment, by row.
struct WhyRows: Sendable {
    var selected: [UInt32] = []
    /// By selected row.
    var seconds: [Float] = []
    var rest: [UInt32] = []

    static func += (left: inout WhyRows, right: WhyRows) {
        left.selected += right.selected
        left.seconds += right.seconds
        left.rest += right.rest
    }
}

/// Divides requests into those that are to be explained and the rest.
struct WhyRequests: FleetAggregate {
    /// How many of each are looked at one by one, to see which values go together: within some percent, that shows.
    static let sampleMax = 8_192

    /// What is counted during the scan, by number; attributes follow in another pass.
    enum Dimension: Int, CaseIterable, Sendable {
        case node
        case innermost
        case module
        case client
        case minute
        case kind
        case cacheResult
        case outcome
        case size
    }

    let selection: WhySelection
    private(set) var rows: [UInt32: WhyRows] = [:]
    private(set) var total = WhyCount()
    private(set) var restSeconds = 0.0
    /// By dimension but for minutes, and number.
    private var numbered = [ByNumber<WhyCount>](
        repeating: ByNumber(WhyCount()), count: Dimension.allCases.count)
    /// By minute since the epoch, of which few are apart from each other.
    private var minutes: [UInt32: WhyCount] = [:]
    private(set) var target: WhyFacts?
    private var locator: TraceLocator?
    private var selectedSample = BoundedHeap<WhyFacts>(limit: sampleMax, isBefore: WhyFacts.isBefore)
    private var restSample = BoundedHeap<WhyFacts>(limit: sampleMax, isBefore: WhyFacts.isBefore)

    init(_ selection: WhySelection, target: TraceID?) {
        self.selection = selection
        locator = target.map { TraceLocator($0) }
    }

    /// The requests that are looked at one by one; the target first.
    var sample: [WhyFacts] {
        var all = target.map { [$0] } ?? []
        for facts in selectedSample.sorted() + restSample.sorted() {
            if let target, target.segment == facts.segment, target.row == facts.row { continue }
            all.append(facts)
        }
        return all
    }

    /// How often each value of a dimension was seen, by its number.
    func counts(_ dimension: Dimension) -> [(number: UInt32, count: WhyCount)] {
        guard dimension != .minute else { return minutes.map { ($0.key, $0.value) } }
        return numbered[dimension.rawValue].counted { $0.selected + $0.rest > 0 }
            .map { (number: $0.number, count: $0.value) }
    }

    /// How much longer selected requests took than as many of the rest. Negative where the rest takes longer.
    func secondsBeyondRest(_ count: WhyCount) -> Double {
        count.seconds - Double(count.selected) * restSeconds / Double(max(total.rest, 1))
    }

    /// How much larger a part of the selected requests is than the part of the rest that goes with it: what most requests
    /// have tells little, whatever it goes with. What is slow counts by its time; errors and misses count each, as they may
    /// be fast. Of requests that have nothing in common the gains add up.
    func gain(of count: WhyCount) -> Double {
        let restShare = Double(count.rest) / Double(max(total.rest, 1))
        if case .slow = selection {
            let all = secondsBeyondRest(total)
            if all > 0 { return secondsBeyondRest(count) / all - restShare }
        }
        return Double(count.selected) / Double(max(total.selected, 1)) - restShare
    }

    // MARK: Taking in

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) { locator?.look(in: segment) }

    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges) { locator?.look(in: segment) }

    mutating func add(_ group: ExchangeGroup) {
        if let segment = group.segment { locator?.look(in: segment) }
        for place in group.requests {
            let exchange = group.exchanges[place]
            // No client had it; it is explained all the same where it is asked for by its trace.
            guard exchange.isOfClient || locator?.isHere(exchange) == true,
                let isSelected = isSelected(exchange)
            else { continue }
            add(exchange, innermost: innermost(place, group), isSelected)
        }
    }

    /// Nil for what is not looked at.
    private func isSelected(_ exchange: Exchange) -> Bool? {
        guard let kind = exchange.moduleKind, kind.isModuleRequest else { return nil }
        let outcome = RequestOutcome(rawValue: exchange.outcome)
        guard outcome != .probe, outcome != .aborted else { return nil }
        switch selection {
        case .slow(let least):
            guard let least else {
                return exchange.durationNanos > RequestClass.slowNanos(bytes: exchange.bytes)
            }
            return exchange.durationNanos >= least
        case .errors(let wanted):
            if let wanted { return outcome == wanted }
            return outcome?.isFailure == true
        case .misses:
            let result = CacheResult(rawValue: exchange.facingResult) ?? .unknown
            return kind.isImmutable && result.isLookup ? !result.isHit : nil
        }
    }

    private func innermost(_ place: Int, _ group: ExchangeGroup) -> UInt32 {
        var innermost = place
        for _ in group.exchanges.indices {
            guard let hop = group.hops(of: innermost).first(where: { _ in true }) else { break }
            innermost = hop
        }
        return innermost == place ? 0 : group.exchanges[innermost].node
    }

    private mutating func add(_ exchange: Exchange, innermost: UInt32, _ isSelected: Bool) {
        let seconds = Double(exchange.durationNanos) / 1e9
        var facts = WhyFacts(
            segment: exchange.segment, row: exchange.row, node: exchange.node, innermost: innermost,
            module: exchange.module, client: exchange.client,
            minute: UInt32(clamping: exchange.start / 60_000_000_000), kind: exchange.kind,
            cacheResult: exchange.facingResult, outcome: exchange.outcome,
            size: exchange.bytes.map { Self.size($0) } ?? .max, isSelected: isSelected)
        total.add(isSelected, seconds)
        for dimension in Dimension.allCases {
            guard let number = facts.number(dimension) else { continue }
            if dimension == .minute {
                minutes[number, default: WhyCount()].add(isSelected, seconds)
            } else {
                numbered[dimension.rawValue][number].add(isSelected, seconds)
            }
        }
        if isSelected {
            rows[exchange.segment, default: WhyRows()].selected.append(exchange.row)
            rows[exchange.segment]?.seconds.append(Float(seconds))
            selectedSample.insert(facts)
        } else {
            restSeconds += seconds
            rows[exchange.segment, default: WhyRows()].rest.append(exchange.row)
            restSample.insert(facts)
        }
        if let locator, locator.isHere(exchange) {
            facts.isTarget = true
            target = facts
        }
    }

    /// The number of digits above a kilobyte, as sizes differ by powers of ten: 0 for less.
    private static func size(_ bytes: UInt64) -> UInt8 {
        var rest = bytes / 1_000
        var digits: UInt8 = 0
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }

    mutating func merge(_ other: WhyRequests) {
        for (segment, more) in other.rows { rows[segment, default: WhyRows()] += more }
        total += other.total
        restSeconds += other.restSeconds
        for dimension in numbered.indices { numbered[dimension].merge(other.numbered[dimension], +=) }
        minutes.merge(other.minutes) { $0 + $1 }
        for facts in other.selectedSample.sorted() { selectedSample.insert(facts) }
        for facts in other.restSample.sorted() { restSample.insert(facts) }
        target = target ?? other.target
        if let found = other.locator { locator?.merge(found) }
    }
}

extension WhyFacts {
    /// Nil where it has none.
    func number(_ dimension: WhyRequests.Dimension) -> UInt32? {
        let number: UInt32
        switch dimension {
        case .node: number = node
        case .innermost: number = innermost
        case .module: number = module
        case .client: number = client
        case .minute: number = minute
        case .kind: number = UInt32(kind)
        case .cacheResult: number = UInt32(cacheResult)
        case .outcome: number = UInt32(outcome)
        case .size: return size == .max ? nil : UInt32(size)
        }
        return number > 0 ? number : nil
    }
}

/// Finds the requests of one trace during a scan.
struct TraceLocator: Sendable {
    private let trace: TraceID
    private var found: [UInt32: UInt32] = [:]
    private var lastSegment: UInt32?

    init(_ trace: TraceID) { self.trace = trace }

    mutating func look(in segment: SegmentExchanges) {
        guard lastSegment != segment.segmentIndex else { return }
        lastSegment = segment.segmentIndex
        // A part that cannot be read has no requests in the answer either.
        guard (try? segment.view.mayContain(trace)) == true, let ids = try? segment.view.traceIDs(),
            let place = ids.firstIndex(of: trace)
        else { return }
        found[segment.segmentIndex] = UInt32(place)
    }

    func isHere(_ exchange: Exchange) -> Bool { found[exchange.segment] == exchange.trace }

    mutating func merge(_ other: TraceLocator) { found.merge(other.found) { first, _ in first } }
}

/// Finds what clients faced in a trace.
struct TraceRequest: FleetAggregate {
    private var locator: TraceLocator
    /// The longest.
    private(set) var exchange: Exchange?

    init(_ trace: TraceID) { locator = TraceLocator(trace) }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) { locator.look(in: segment) }

    mutating func add(_ group: ExchangeGroup) {
        if let segment = group.segment { locator.look(in: segment) }
        for place in group.requests where locator.isHere(group.exchanges[place]) {
            take(group.exchanges[place])
        }
    }

    private mutating func take(_ found: Exchange) {
        if let exchange, exchange.durationNanos >= found.durationNanos { return }
        exchange = found
    }

    mutating func merge(_ other: TraceRequest) {
        locator.merge(other.locator)
        if let found = other.exchange { take(found) }
    }
}
