/// Gives requests to the objectives that they are about.
struct ObjectiveTally: FleetAggregate {
    /// Kinds as bits: each request is held against each objective.
    private let kinds: [UInt32]
    private(set) var meters: [ObjectiveMeter]
    /// Who had which version when; nil where nobody asks.
    private(set) var visibility: VisibilityTally?
    /// For ratios of versions; nil where nobody asks.
    private(set) var rows: FleetRows?

    init(_ query: ObjectiveQuery) {
        let (objectives, window) = (query.list.objectives, query.window)
        let nanos = window.until.rawValue &- window.since.rawValue
        kinds = objectives.map { $0.kinds.reduce(0) { $0 | Self.bit($1) } }
        meters = objectives.map { ObjectiveMeter($0, end: window.until, windowNanos: nanos) }
        if objectives.contains(where: { $0.indicator == .visibilityLag }) {
            visibility = VisibilityTally(window: window)
        }
        if objectives.contains(where: \.isOfVersions) {
            rows = FleetRows {
                $0.client != 0 && $0.moduleKind?.isImmutable == true && $0.isOfClient
            }
        }
    }

    private static func bit(_ kind: ModuleKind) -> UInt32 { 1 << UInt32(kind.rawValue) }

    mutating func add(_ group: ExchangeGroup) {
        for place in group.requests {
            let exchange = group.exchanges[place]
            guard let kind = exchange.moduleKind, exchange.isOfClient else { continue }
            for index in meters.indices where kinds[index] & Self.bit(kind) != 0 {
                meters[index].take(exchange)
            }
        }
        visibility?.add(group)
        rows?.add(group)
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        try visibility?.add(spansOf: segment)
    }

    mutating func merge(_ other: ObjectiveTally) {
        for index in meters.indices { meters[index].merge(other.meters[index]) }
        if let more = other.visibility { visibility?.merge(more) }
        if let more = other.rows { rows?.merge(more) }
    }

    // MARK: After the scan

    /// Gives the versions that clients fetched to the objectives that count those.
    mutating func takeVersions() {
        guard let rows else { return }
        for index in meters.indices where meters[index].objective.isOfVersions {
            let kinds = kinds[index]
            let found = rows.map { rows -> [(start: UInt64, isWarm: Bool)] in
                var found: [(start: UInt64, isWarm: Bool)] = []
                var fetches: [VersionFetch] = []
                for session in ClientSessions(rows) {
                    VersionFetch.find(session, kinds: kinds, into: &fetches)
                    for fetch in fetches { found.append((fetch.first.start, fetch.isWarm)) }
                }
                return found
            }
            for fetch in found.joined() {
                meters[index].add(isGood: fetch.isWarm, at: UnixNanos(clamping: fetch.start))
            }
        }
    }

    /// Gives what is known of when nodes had versions to the objectives about it.
    ///
    /// - Parameter values: of the versions of the window
    mutating func take(_ values: [VersionVisibility]) {
        for index in meters.indices where meters[index].objective.indicator == .visibilityLag {
            for value in values { meters[index].take(value) }
        }
    }
}

extension ServiceObjective {
    fileprivate var isOfVersions: Bool { indicator == .hitRatio && counted == .versions }
}

extension ObjectiveMeter {
    /// Takes what clients faced.
    fileprivate mutating func take(_ exchange: Exchange) {
        let time = UnixNanos(clamping: exchange.start)
        let outcome = RequestOutcome(rawValue: exchange.outcome)
        switch objective.indicator {
        case .latency:
            if outcome == .ok { add(nanos: Int64(clamping: exchange.durationNanos), at: time) }
        case .throughput:
            guard outcome == .ok else { return }
            guard let bytes = exchange.bytes else {
                leaveOut(at: time)
                return
            }
            add(
                bytes: Int64(clamping: bytes), nanos: Int64(clamping: exchange.durationNanos), at: time)
        case .availability:
            switch outcome {
            case nil: leaveOut(at: time)
            case .probe, .aborted: break
            case .some(let outcome): add(isGood: !outcome.isFailure, at: time)
            }
        case .hitRatio:
            guard objective.counted == .requests else { return }
            let result = CacheResult(rawValue: exchange.facingResult) ?? .unknown
            if result == .unknown {
                leaveOut(at: time)
            } else if result.isLookup {
                add(isGood: result.isHit, at: time)
            }
        case .visibilityLag: break
        }
    }

    /// Takes when a node had a version, where that says whether it was in time.
    fileprivate mutating func take(_ value: VersionVisibility) {
        guard let nanos = value.upperNanos ?? value.lowerNanos else { return }
        let source = value.published.source
        let time = value.published.time.advanced(byNanos: nanos)
        // What another node had first was published before that: only what was refused in between tells anything.
        let isGood =
            value.upperNanos.map { objective.holds(Double($0)) } ?? false
            && (source != .firstSeen || value.lowerNanos != nil)
        // A commit may be published long after it was made.
        let isBad = source != .commit && value.lowerNanos.map { !objective.holds(Double($0)) } ?? false
        if isGood || isBad { add(nanos: nanos, at: time) } else { leaveOut(at: time) }
    }
}
