import OTLPModel

/// What the spans of each node tell of its clock and of its link, whatever they are about.
struct NodeTelemetry: Sendable {
    /// What is known of one node.
    struct Entry: Sendable {
        /// Spans that started in the window.
        var spans = 0
        /// The least times between the end of a span and its arrival.
        private var leastLags = LeastLags()
        /// The least time between the end of a span and its arrival, in nanoseconds, as far as it is more than a single
        /// wrong time; nil where arrivals say nothing.
        var leastLag: Int64? { leastLags.value }
        /// All of these times.
        var lags = SignedSketch()
        /// The last end of a span, by the node's clock.
        var lastEnd: UInt64 = 0
        /// Up to the end of the window.
        var arrivals = NodeArrivals()
        /// The same, where it is asked for.
        var presence = NodePresence()

        mutating func merge(_ other: Entry) {
            spans += other.spans
            leastLags.merge(other.leastLags)
            lags.merge(other.lags)
            lastEnd = max(lastEnd, other.lastEnd)
            arrivals.merge(other.arrivals)
            presence.merge(other.presence)
        }

        /// Takes in a span of the window.
        /// - Parameter lag: from its end to its arrival, where that says something
        mutating func add(end: UInt64, lag: Int64?, keepsLag: Bool) {
            spans += 1
            lastEnd = max(lastEnd, end)
            guard let lag else { return }
            leastLags.add(lag)
            if keepsLag { lags.add(lag) }
        }
    }

    /// Where files come from that were imported: they arrived when they were, and not from a node.
    static let importAddress = "import"

    /// By number of the node.
    private(set) var entries: [Entry] = []
    /// By numbers of the outer and the inner node.
    private(set) var pairs: [UInt64: ClockPair] = [:]
    /// The starts in the window.
    private(set) var starts = StartRange()
    let window: TimeWindow
    private let end: UnixNanos
    private let keepsLags: Bool
    private let keepsPresence: Bool

    /// - Parameters:
    ///   - end: the moment that is asked about: what arrived later had not arrived then
    ///   - keepsLags: whether all times of arrival are asked for
    ///   - keepsPresence: whether it is asked for when nodes were silent
    init(window: TimeWindow, end: UnixNanos, keepsLags: Bool, keepsPresence: Bool = false) {
        self.window = window
        self.end = end
        self.keepsLags = keepsLags
        self.keepsPresence = keepsPresence
    }

    func entry(_ node: UInt32) -> Entry { node < entries.count ? entries[Int(node)] : Entry() }

    private mutating func makeRoom(_ node: UInt32) {
        while entries.count <= node { entries.append(Entry()) }
    }

    mutating func addArrival(node: UInt32, at time: UnixNanos) {
        guard time >= window.since, time <= end else { return }
        makeRoom(node)
        entries[Int(node)].arrivals.add(time)
        if keepsPresence { entries[Int(node)].presence.add(time) }
    }

    /// Takes in the spans of a segment. Reads before anything changes.
    mutating func add(_ segment: SegmentExchanges) throws(StoreError) {
        let arrivals = try segment.view.tables().arrivals
        let arrivalIndexes = try segment.view.arrivalIndexes()
        addArrivals(segment.nodes, arrivalIndexes, arrivals)
        let isImport = arrivals.map { $0.peerAddress == Self.importAddress }
        for row in segment.starts.indices {
            let start = segment.starts[row]
            guard window.contains(UnixNanos(clamping: start)) else { continue }
            let node = Int(segment.nodes[row])
            let end = segment.end(row)
            let arrival = Int(arrivalIndexes[row])
            makeRoom(UInt32(node))
            starts.add(start)
            let lag = arrivals[arrival].receivedAt.rawValue &- Int64(clamping: end)
            entries[node].add(end: end, lag: isImport[arrival] ? nil : lag, keepsLag: keepsLags)
        }
    }

    /// Takes in when something of any signal arrived.
    /// - Parameters:
    ///   - nodes: by row
    ///   - indexes: by row
    mutating func addArrivals(_ nodes: [UInt32], _ indexes: [UInt32], _ arrivals: [Arrival]) {
        // A request is mostly of one node: each pair of the two is looked at once.
        var lastNode = [UInt32](repeating: 0, count: arrivals.count)
        var others = NumberPairs(arrivals.count, Int(nodes.max() ?? 0) + 1)
        for row in nodes.indices {
            let (node, arrival) = (nodes[row], Int(indexes[row]))
            guard lastNode[arrival] != node else { continue }
            lastNode[arrival] = node
            guard others.insert(arrival, Int(node)) else { continue }
            guard arrivals[arrival].peerAddress != Self.importAddress else { continue }
            addArrival(node: node, at: arrivals[arrival].receivedAt)
        }
    }

    /// Takes in what two nodes tell of the same request.
    mutating func addPairs(_ group: ExchangeGroup) {
        Self.forEachPair(group) { outer, inner in
            pairs[UInt64(outer.node) << 32 | UInt64(inner.node), default: ClockPair()].add(
                outer: outer, inner: inner)
        }
    }

    /// Gives requests of which two nodes tell, and whose ends mean what they say.
    static func forEachPair(_ group: ExchangeGroup, _ body: (_ outer: Exchange, _ inner: Exchange) -> Void) {
        for place in group.counted where group.exchanges[place].outer >= 0 {
            let inner = group.exchanges[place]
            let outer = group.exchanges[Int(inner.outer)]
            guard inner.node != outer.node, !inner.flags.contains(.matchedByTime),
                ClockPair.isSteady(inner), ClockPair.isSteady(outer)
            else { continue }
            body(outer, inner)
        }
    }

    mutating func merge(_ other: NodeTelemetry) {
        for (node, entry) in other.entries.enumerated() {
            makeRoom(UInt32(node))
            entries[node].merge(entry)
        }
        for (key, pair) in other.pairs { pairs[key, default: ClockPair()].merge(pair) }
        starts.merge(other.starts)
    }
}
