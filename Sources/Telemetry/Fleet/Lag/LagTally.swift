/// What all kinds of lag are read from, added up over the requests and spans of a window.
struct LagTally: FleetAggregate {
    private let window: TimeWindow
    var telemetry: NodeTelemetry
    private(set) var versions = VersionSightings()
    private(set) var lists = ListSightings()
    private(set) var ages = AgeTally()
    var configurations = ConfigurationSightings()
    /// By node: its duration less that of the node behind it, of requests in one trace, and of those that were brought
    /// together by time.
    private var edges: [UInt32: SignedSketch] = [:]
    private var edgesByTime: [UInt32: SignedSketch] = [:]
    /// By proxy: how long requests waited for a worker.
    private var queues: [UInt32: DurationSketch] = [:]
    private var reader = StageReader()

    init(window: TimeWindow, end: UnixNanos) {
        self.window = window
        telemetry = NodeTelemetry(window: window, end: end, keepsLags: true)
    }

    mutating func add(_ group: ExchangeGroup) {
        telemetry.addPairs(group)
        versions.add(group)
        for place in group.counted {
            let exchange = group.exchanges[place]
            lists.add(exchange)
            if exchange.flags.contains(.hasHops) { addEdge(place, group) }
            if exchange.flags.contains(.hasProtocolCall) { addQueue(place, group) }
        }
    }

    private mutating func addEdge(_ place: Int, _ group: ExchangeGroup) {
        let outer = group.exchanges[place]
        var hops = group.hops(of: place)
        // Of several tries nobody knows which one the client had.
        guard let hop = hops.next(), hops.next() == nil else { return }
        let inner = group.exchanges[hop]
        guard inner.node != outer.node, outer.outcome != RequestOutcome.aborted.rawValue else { return }
        // Who goes on for longer than who asked was not waited for. Times of nginx are whole milliseconds.
        guard inner.durationNanos <= outer.durationNanos &+ 2_000_000 else { return }
        let difference = Int64(clamping: outer.durationNanos) - Int64(clamping: inner.durationNanos)
        if inner.flags.contains(.matchedByTime) {
            edgesByTime[outer.node, default: SignedSketch()].add(difference)
        } else {
            edges[outer.node, default: SignedSketch()].add(difference)
        }
    }

    /// A request waits until its handler begins; a fetch of its own may wait, too, and those are put off.
    private mutating func addQueue(_ place: Int, _ group: ExchangeGroup) {
        let exchange = group.exchanges[place]
        let waited: UInt64
        if let segment = group.segment {
            let row = Int(exchange.row)
            guard let call = segment.tree.links.protocolCall(below: row),
                segment.starts[call] >= exchange.start
            else { return }
            waited = segment.starts[call] - exchange.start
        } else {
            waited = group.stages(of: place, &reader)[.queue]
        }
        queues[exchange.node, default: DurationSketch()].add(Int64(clamping: waited))
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        // What may be damaged is what only this one reads, before it changes anything.
        try ages.add(segment, window)
        try configurations.add(segment, window)
        try telemetry.add(segment)
    }

    mutating func merge(_ other: LagTally) {
        telemetry.merge(other.telemetry)
        versions.merge(other.versions)
        lists.merge(other.lists)
        ages.merge(other.ages)
        configurations.merge(other.configurations)
        for (node, sketch) in other.edges { edges[node, default: SignedSketch()].merge(sketch) }
        for (node, sketch) in other.edgesByTime { edgesByTime[node, default: SignedSketch()].merge(sketch) }
        for (node, sketch) in other.queues { queues[node, default: DurationSketch()].merge(sketch) }
    }

    // MARK: Results

    func edgeLag(_ node: UInt32) -> EdgeLag? {
        let traced = edges[node]
        guard let sketch = traced ?? edgesByTime[node], let p50 = sketch.quantile(0.5),
            let p95 = sketch.quantile(0.95)
        else { return nil }
        return EdgeLag(
            p50Nanos: p50, p95Nanos: p95, requests: Int(clamping: sketch.count), isByTime: traced == nil)
    }

    func queueLag(_ node: UInt32) -> QueueLag? {
        guard let sketch = queues[node], let p50 = sketch.quantile(0.5), let p95 = sketch.quantile(0.95)
        else {
            return nil
        }
        return QueueLag(p50Nanos: p50, p95Nanos: p95, requests: Int(clamping: sketch.count))
    }

    /// By the collector's clock where that of the node is known to be wrong.
    func arrivalLag(_ node: UInt32, _ software: ProxySoftware?, _ clocks: FleetClocks) -> ArrivalLag? {
        let lags = telemetry.entry(node).lags
        guard let p50 = lags.quantile(0.5), let p95 = lags.quantile(0.95) else { return nil }
        let offset = clocks.offset(node)
        let corrected = p95 &+ offset
        return ArrivalLag(
            p50Nanos: max(0, p50 &+ offset), p95Nanos: max(0, corrected), spans: Int(clamping: lags.count),
            excessNanos: corrected &- ArrivalLag.flushNanos(software) &- ArrivalLag.linkNanos)
    }
}
