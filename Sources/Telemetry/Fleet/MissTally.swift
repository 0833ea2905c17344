/// Adds up what caches did.
struct MissTally: FleetAggregate {
    /// A group while the names are not complete.
    struct Key: Hashable, Sendable {
        var code: UInt32
        /// Which period after the epoch; 0 without periods.
        var period: Int64
    }

    private let dimension: FleetDimension
    private let periodNanos: Int64?
    private var countsOfKey: [Key: MissCounts] = [:]
    /// By code, where there are no periods and codes follow each other: nothing is looked up for each of millions.
    private var countsOfCode = ByNumber(MissCounts())
    private let countsByCode: Bool
    private(set) var totals = MissCounts()
    private var files = FileMisses()
    private(set) var rows = FleetRows {
        $0.client != 0 && $0.moduleKind?.isImmutable == true && $0.isOfClient
    }

    init(_ dimension: FleetDimension, periodNanos: Int64?) {
        self.dimension = dimension
        self.periodNanos = periodNanos
        countsByCode =
            periodNanos == nil
            && ![.client, .serviceVersion].contains(dimension) && !dimension.isOfAttribute
    }

    var counts: [Key: MissCounts] {
        var counts = countsOfKey
        for (code, more) in countsOfCode.counted({ $0 != MissCounts() }) {
            counts[Key(code: code, period: 0)] = more
        }
        return counts
    }

    mutating func add(_ group: ExchangeGroup) {
        var misses: [FileMisses.Entry] = []
        var results: [(code: UInt32, result: CacheResult, nanos: UInt64)] = []
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard exchange.moduleKind?.isImmutable == true else { continue }
            if exchange.isOfClient { addTotal(exchange) }
            if dimension.isOfNodes || exchange.isOfClient {
                if let miss = miss(exchange) { misses.append(miss) }
            }
            // A node answers for itself; all others for what clients had.
            guard dimension.isOfNodes || exchange.isOfClient else { continue }
            let result =
                CacheResult(
                    rawValue: dimension.isOfNodes ? exchange.cacheResult : exchange.facingResult) ?? .unknown
            let code = dimension.code(exchange)
            if countsByCode {
                results.append((code, result, exchange.durationNanos))
            } else {
                let key = Key(code: code, period: period(exchange.start))
                countsOfKey[key, default: MissCounts()].add(result, exchange.durationNanos)
            }
        }
        // One after another with nothing between: each waits for memory, and so they wait together.
        for (code, result, nanos) in results { countsOfCode[code].add(result, nanos) }
        files.add(misses)
        rows.add(group)
    }

    func period(_ start: UInt64) -> Int64 {
        periodNanos.map { Int64(clamping: start) / $0 } ?? 0
    }

    private mutating func addTotal(_ exchange: Exchange) {
        totals.add(CacheResult(rawValue: exchange.facingResult) ?? .unknown, exchange.durationNanos)
    }

    /// The miss that an exchange was; nil for what was none.
    private func miss(_ exchange: Exchange) -> FileMisses.Entry? {
        switch CacheResult(rawValue: dimension.isOfNodes ? exchange.cacheResult : exchange.facingResult) {
        case .miss, .expired, .redirectMiss: break
        default: return nil
        }
        // What was not there yet, or failed, is nothing that the node could keep.
        if let outcome = RequestOutcome(rawValue: exchange.outcome), SourceAnswer(outcome) != .found {
            return nil
        }
        return (
            FileMisses.File(
                node: exchange.node, version: dimension == .serviceVersion ? exchange.version : 0,
                module: exchange.module, kind: exchange.kind),
            FileMisses.Misses(
                count: 1, nanos: exchange.durationNanos, firstStart: exchange.start,
                firstNanos: exchange.durationNanos)
        )
    }

    mutating func merge(_ other: MissTally) {
        for (key, more) in other.countsOfKey { countsOfKey[key, default: MissCounts()] += more }
        countsOfCode.merge(other.countsOfCode) { $0 += $1 }
        totals += other.totals
        files.merge(other.files)
        rows.merge(other.rows)
    }

    // MARK: After the scan

    /// What was a miss more than once for the same node, by the code of the group that it belongs to: at any node where
    /// nodes are asked, else where clients asked. Nothing by client or attribute: a file that a node did not keep is not
    /// theirs.
    func refetches() -> (byCode: [UInt32: MissCounts], total: MissCounts) {
        var byCode: [UInt32: MissCounts] = [:]
        var total = MissCounts()
        files.forEach { file, misses in
            guard misses.count > 1 else { return }
            var counts = MissCounts()
            counts.refetches = misses.count - 1
            counts.refetchNanos = misses.nanos &- misses.firstNanos
            total += counts
            let code = dimension.code(
                node: file.node, version: file.version, module: file.module, kind: file.kind, client: 0,
                label: 0)
            byCode[code, default: MissCounts()] += counts
        }
        return (byCode, total)
    }

    /// Versions that clients fetched, warm and cold.
    func fetches(_ modules: [ModuleName]) -> (byKey: [Key: MissCounts], total: MissCounts) {
        countsByCode ? fetchesByCode() : fetchesByKey()
    }

    /// Of codes that follow each other, what all parts found is added up by place.
    private func fetchesByCode() -> (byKey: [Key: MissCounts], total: MissCounts) {
        let parts = rows.map { rows in
            var found: [(code: UInt32, isWarm: Bool)] = []
            Self.forEachFetch(rows) { found.append((dimension.code($0.first), $0.isWarm)) }
            return found
        }
        var byCode = ByNumber(MissCounts())
        var total = MissCounts()
        for part in parts {
            for (code, isWarm) in part {
                byCode[code].addFetch(isWarm: isWarm)
                total.addFetch(isWarm: isWarm)
            }
        }
        var byKey: [Key: MissCounts] = [:]
        for (code, counts) in byCode.counted({ $0.fetches > 0 }) {
            byKey[Key(code: code, period: 0)] = counts
        }
        return (byKey, total)
    }

    private func fetchesByKey() -> (byKey: [Key: MissCounts], total: MissCounts) {
        let parts = rows.map { rows in
            var byKey: [Key: MissCounts] = [:]
            Self.forEachFetch(rows) { fetch in
                let key = Key(code: dimension.code(fetch.first), period: period(fetch.first.start))
                byKey[key, default: MissCounts()].addFetch(isWarm: fetch.isWarm)
            }
            return byKey
        }
        var byKey: [Key: MissCounts] = [:]
        var total = MissCounts()
        for (key, counts) in parts.joined() {
            byKey[key, default: MissCounts()] += counts
            total += counts
        }
        return (byKey, total)
    }

    private static func forEachFetch(_ rows: [FleetRow], _ body: (VersionFetch) -> Void) {
        var fetches: [VersionFetch] = []
        for session in ClientSessions(rows) {
            VersionFetch.find(session, into: &fetches)
            for fetch in fetches { body(fetch) }
        }
    }
}

extension MissCounts {
    fileprivate mutating func add(_ result: CacheResult, _ nanos: UInt64) {
        self[result] += 1
        if result.isLookup, !result.isHit { missNanos &+= nanos }
    }

    fileprivate mutating func addFetch(isWarm: Bool) {
        fetches += 1
        if isWarm { warmFetches += 1 }
    }
}
