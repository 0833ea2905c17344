import OTLPModel

extension TelemetryReader {
    /// The slowest module requests, fetches or sessions, with what made them slow.
    /// - Throws: `StoreError`
    package func slowest(_ query: FleetSlowestQuery) throws(StoreError) -> FleetSlowestResult {
        try snapshot { () throws(StoreError) in
            switch query.unit {
            case .request: try slowestRequests(query)
            case .fetch, .session: try slowestGroups(query)
            }
        }
    }

    private func slowestRequests(_ query: FleetSlowestQuery) throws(StoreError) -> FleetSlowestResult {
        let question = FleetQuestion(window: query.window, filter: query.filter, wantsStages: true)
        let (limit, least, classes) = (query.limit + 1, UInt64(max(query.minDurationNanos, 0)), query.classes)
        let answer = try FleetScan.run(question, self) { _ in
            SlowestExchanges(limit: limit, leastNanos: least, classes: classes)
        }
        let slowest = answer.aggregate.slowest
        let shown = slowest.prefix(query.limit)
        let ids = try answer.traceIDs(ofRows: shown.map { ($0.exchange.segment, $0.exchange.row) }, self)
        let names = FleetNameTables(answer.names)
        let units = zip(shown, ids).compactMap { slow, id in id.map { names.unit(slow, trace: $0) } }
        return FleetSlowestResult(
            units: units, hasMore: slowest.count > query.limit, quality: answer.quality, notes: damageNotes())
    }

    private func slowestGroups(_ query: FleetSlowestQuery) throws(StoreError) -> FleetSlowestResult {
        let question = FleetQuestion(window: query.window, filter: query.filter, wantsStages: true)
        let answer = try FleetScan.run(question, self) { _ in
            // Who asked a proxy behind an edge that does not tell of itself is that edge, and no client.
            FleetRows(hasReasons: true) {
                $0.client != 0 && $0.moduleKind?.isModuleRequest == true && $0.isOfClient
            }
        }
        let names = FleetNameTables(answer.names)
        let least = UInt64(max(query.minDurationNanos, 0))
        let (unit, wanted, limit) = (query.unit, query.classes, query.limit + 1)
        let parts = answer.aggregate.map { rows in
            RequestSets.slowest(
                rows, unit, limit: limit, leastNanos: least, classes: wanted, modules: names.modules)
        }
        var heap = BoundedHeap<RequestSet>(limit: limit, isBefore: RequestSet.isBefore)
        for set in parts.joined() { heap.insert(set) }
        let slowest = heap.sorted()
        let shown = slowest.prefix(query.limit)
        let ids = try answer.traceIDs(ofRows: shown.map { ($0.slowest.segment, $0.slowest.row) }, self)
        let stages = try answer.stages(
            of: shown.map { set in answer.aggregate.rows(of: set, names.modules) }, self)
        let units = zip(zip(shown, ids), stages).compactMap { set, stages in
            set.1.map { names.unit(set.0, query.unit, stages, trace: $0) }
        }
        return FleetSlowestResult(
            units: units, hasMore: slowest.count > query.limit, quality: answer.quality, notes: damageNotes())
    }
}

/// The names of a scan when it is over.
struct FleetNameTables {
    private(set) var nodes: [FleetNode]
    let modules: [ModuleName]
    let labels: [String]
    /// By number of the node less one.
    let versions: [[String]]
    /// Of the many clients only those are read that are asked for.
    private let names: FleetNames

    init(_ names: FleetNames) {
        nodes = names.nodes
        modules = names.modules
        labels = names.labels
        versions = names.versions
        self.names = names
    }

    /// Calls nodes of one name by their services, too.
    mutating func label(_ shared: SharedNames) {
        nodes = nodes.map { $0.labelled(shared) }
    }

    func module(_ number: UInt32) -> ModuleName? { number > 0 ? modules[Int(number) - 1] : nil }
    func client(_ number: UInt32) -> ClientName? { number > 0 ? names.client(number) : nil }
    func node(_ number: UInt32) -> FleetNode { nodes[Int(number) - 1] }

    /// What a code of `FleetDimension.serviceVersion` stands for. What does not say its version has that of its node.
    func version(_ code: UInt32) -> (node: FleetNode, version: String?) {
        let (number, version) = (Int(code >> 8), Int(code & 0xff))
        let node = node(UInt32(number))
        return (node, version > 0 ? versions[number - 1][version - 1] : node.serviceVersion)
    }

    func unit(_ slow: SlowExchange, trace: TraceID) -> SlowUnit {
        let exchange = slow.exchange
        let outcome = RequestOutcome(rawValue: exchange.outcome)
        return SlowUnit(
            start: UnixNanos(clamping: exchange.start),
            durationNanos: Int64(clamping: exchange.durationNanos),
            waitedNanos: Int64(clamping: exchange.durationNanos),
            client: client(exchange.client), module: module(exchange.module), kind: exchange.moduleKind,
            requests: 1,
            fetches: exchange.module > 0 ? 1 : 0, bytes: exchange.bytes,
            failures: outcome?.isFailure == true ? 1 : 0,
            cacheResult: CacheResult(rawValue: exchange.facingResult) ?? .unknown, outcome: outcome,
            httpStatus: exchange.httpStatus > 0 ? Int(exchange.httpStatus) : nil, node: node(exchange.node),
            reason: slow.reason,
            timeout: TimeoutFingerprint.of(
                nanos: exchange.durationNanos, outcome: outcome, kind: exchange.moduleKind),
            stages: slow.stages, traceID: trace)
    }

    func unit(_ set: RequestSet, _ unit: SlowestUnit, _ stages: StageTimes, trace: TraceID) -> SlowUnit {
        let slowest = set.slowest
        return SlowUnit(
            start: UnixNanos(clamping: set.start), durationNanos: Int64(clamping: set.durationNanos),
            waitedNanos: Int64(clamping: set.waitedNanos),
            client: client(slowest.client), module: unit == .fetch ? module(set.module) : nil, kind: nil,
            requests: set.requests, fetches: set.fetches, bytes: set.bytes, failures: set.failures,
            cacheResult: slowest.result, outcome: RequestOutcome(rawValue: slowest.outcome), httpStatus: nil,
            node: node(slowest.node), reason: set.reason, stages: stages, traceID: trace)
    }
}
