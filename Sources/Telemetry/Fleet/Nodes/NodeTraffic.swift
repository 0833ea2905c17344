/// What each node did, by its own spans.
struct NodeTraffic: FleetAggregate {
    struct Counts: Sendable {
        var requests = 0
        var failures = 0
        /// Probes, and requests whose clients went away: they say nothing of the node.
        var excused = 0
        var hits = 0
        var lookups = 0
        var durations = DurationSketch()
        /// Of its own work: of answers from its cache all, of what it passed on what the node behind did not take.
        var ownDurations = DurationSketch()
        /// How many of these were answers from its cache.
        var ownHits: UInt64 = 0
        /// When it last served something under a version that it said, and which: see `Exchange.version`.
        var latestVersion: (start: UInt64, number: UInt8) = (0, 0)

        /// - Parameter hop: the first that it was passed on to
        mutating func add(_ exchange: Exchange, hop: Exchange? = nil) {
            requests += 1
            durations.add(Int64(clamping: exchange.durationNanos))
            if exchange.version > 0 { noteVersion((exchange.start, exchange.version)) }
            switch RequestOutcome(rawValue: exchange.outcome) {
            case .probe, .aborted: excused += 1
            case let outcome?: if outcome.isFailure { failures += 1 }
            case nil: break
            }
            if let hop {
                if hop.durationNanos <= exchange.durationNanos {
                    ownDurations.add(Int64(clamping: exchange.durationNanos - hop.durationNanos))
                }
            } else if CacheResult(rawValue: exchange.cacheResult)?.isHit == true {
                ownDurations.add(Int64(clamping: exchange.durationNanos))
                ownHits += 1
            }
            guard exchange.moduleKind?.isImmutable == true,
                let result = CacheResult(rawValue: exchange.cacheResult)
            else { return }
            if result.isHit { hits += 1 }
            if result.isLookup { lookups += 1 }
        }

        mutating func merge(_ other: Counts) {
            requests += other.requests
            failures += other.failures
            excused += other.excused
            hits += other.hits
            lookups += other.lookups
            durations.merge(other.durations)
            ownDurations.merge(other.ownDurations)
            ownHits += other.ownHits
            noteVersion(other.latestVersion)
        }

        private mutating func noteVersion(_ seen: (start: UInt64, number: UInt8)) {
            if seen > latestVersion { latestVersion = seen }
        }
    }

    /// By number of the node.
    private(set) var counts: [Counts] = []
    private var regionCounts: [Counts] = []
    /// By name of a region: the place of its counts. Each node may have a region of its own.
    private var regions: [String?: Int] = [:]
    var telemetry: NodeTelemetry
    private(set) var hosts = AskedHosts()
    private let filter: NodeFilter
    private let names: FleetNames
    /// By number of the node less one, of those that were known when it was last looked at.
    private var places: [(isAskedFor: Bool, region: Int)] = []

    init(window: TimeWindow, end: UnixNanos, _ filter: NodeFilter, _ names: FleetNames) {
        telemetry = NodeTelemetry(window: window, end: end, keepsLags: false)
        self.filter = filter
        self.names = names
    }

    func counts(_ node: UInt32) -> Counts { node < counts.count ? counts[Int(node)] : Counts() }

    mutating func add(_ group: ExchangeGroup) {
        telemetry.addPairs(group)
        for place in group.counted {
            let exchange = group.exchanges[place]
            // What a client tells is not the work of a node, and health checks are nobody's requests.
            guard !exchange.flags.contains(.clientSide), exchange.moduleKind != .ops else { continue }
            // Edges ask each proxy by its own name.
            if exchange.outer < 0 { hosts.add(exchange) }
            let node = Int(exchange.node)
            while counts.count <= node { counts.append(Counts()) }
            let hop = group.hops(of: place).first { _ in true }.map { group.exchanges[$0] }
            counts[node].add(exchange, hop: hop)
            let place = self.place(exchange.node)
            guard place.isAskedFor else { continue }
            if exchange.outer >= 0 {
                let outer = self.place(group.exchanges[Int(exchange.outer)].node)
                if outer.isAskedFor, outer.region == place.region { continue }
            }
            regionCounts[place.region].add(exchange, hop: hop)
        }
    }

    private mutating func place(_ node: UInt32) -> (isAskedFor: Bool, region: Int) {
        if places.count < Int(node) {
            places = names.nodes.map { (filter.passes($0), number(ofRegion: $0.region)) }
        }
        return places[Int(node) - 1]
    }

    private mutating func number(ofRegion name: String?) -> Int {
        if let known = regions[name] { return known }
        regions[name] = regionCounts.count
        regionCounts.append(Counts())
        return regionCounts.count - 1
    }

    /// What came from elsewhere to the nodes of a region that are asked for. What an edge asks a proxy beside it is the same
    /// request.
    func counts(ofRegion name: String?) -> Counts {
        regions[name].map { regionCounts[$0] } ?? Counts()
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) { try telemetry.add(segment) }

    mutating func merge(_ other: NodeTraffic) {
        telemetry.merge(other.telemetry)
        hosts.merge(other.hosts)
        for (node, more) in other.counts.enumerated() {
            while counts.count <= node { counts.append(Counts()) }
            counts[node].merge(more)
        }
        for (name, place) in other.regions {
            regionCounts[number(ofRegion: name)].merge(other.regionCounts[place])
        }
    }
}
