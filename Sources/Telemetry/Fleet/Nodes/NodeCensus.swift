/// Who is in the fleet, and when each was last heard of.
struct NodeCensus {
    /// The nodes to tell of, by number: all that sent spans, and those of which nothing else than metrics or logs came.
    let numbers: [UInt32]
    let clocks: FleetClocks
    private let nodes: [FleetNode]
    /// As they are called in answers.
    private let shown: [FleetNode]
    private let telemetry: NodeTelemetry
    private let metrics: NodeMetrics
    private let end: UnixNanos
    /// By name: agents beside a node, which send no spans.
    private let companions: [NodeIdentity: [UInt32]]
    /// Whether times of arrival are those of a collector.
    private let knowsArrivals: Bool
    /// Numbers that may be those of several nodes.
    private let several: Set<UInt32>

    /// - Parameter shared: names that nodes with spans share, where services are to tell them apart
    init(
        _ names: FleetNames, _ telemetry: NodeTelemetry, _ metrics: NodeMetrics, end: UnixNanos,
        shared: SharedNames? = nil
    ) {
        nodes = names.nodes
        shown =
            shared.map { shared in
                names.nodes.enumerated().map { place, node in
                    telemetry.entry(UInt32(place) + 1).spans > 0 ? node.labelled(shared) : node
                }
            } ?? nodes
        self.telemetry = telemetry
        self.metrics = metrics
        self.end = end
        let all = nodes.isEmpty ? [] : Array(1...UInt32(nodes.count))
        let heard = all.filter { telemetry.entry($0).spans > 0 || telemetry.entry($0).arrivals.last != nil }
        let withSpans = heard.filter { telemetry.entry($0).spans > 0 }
        let known = Set(withSpans.map { [nodes] in nodes[Int($0) - 1].identity })
        var companions: [NodeIdentity: [UInt32]] = [:]
        var alone: [UInt32] = []
        for number in heard where telemetry.entry(number).spans == 0 {
            let identity = nodes[Int(number) - 1].identity
            if known.contains(identity) {
                companions[identity, default: []].append(number)
            } else {
                alone.append(number)
            }
        }
        self.companions = companions
        numbers = withSpans + alone
        knowsArrivals = heard.contains { telemetry.entry($0).arrivals.last != nil }
        var leastLag: [UInt32: Int64] = [:]
        for number in withSpans { leastLag[number] = telemetry.entry(number).leastLag }
        // Who does not name itself in a file that was imported is one with all others of its service.
        let unnamed = NodeIdentity(name: NodeTelemetry.importAddress, source: .peerAddress)
        several = Set(all.filter { [nodes] in nodes[Int($0) - 1].identity == unnamed })
        clocks = FleetClocks(
            leastLag: leastLag, pairs: telemetry.pairs, declared: metrics.declaredOffsets, several: several,
            ranks: Self.ranks(nodes))
    }

    /// Clocks by other pairs alone, as those of a part of the time.
    func clocks(of pairs: [UInt64: ClockPair]) -> FleetClocks {
        FleetClocks(leastLag: [:], pairs: pairs, several: several, ranks: Self.ranks(nodes))
    }

    /// By number: the place of a node in the order of names.
    private static func ranks(_ nodes: [FleetNode]) -> [UInt32] {
        var ranks = [UInt32](repeating: 0, count: nodes.count + 1)
        let order = nodes.indices.sorted {
            (nodes[$0].identity.name, nodes[$0].service) < (nodes[$1].identity.name, nodes[$1].service)
        }
        for (rank, place) in order.enumerated() { ranks[place + 1] = UInt32(rank) }
        return ranks
    }

    func node(_ number: UInt32) -> FleetNode { shown[Int(number) - 1] }

    /// The node itself, and agents beside it.
    func members(_ number: UInt32) -> [UInt32] {
        [number] + (companions[nodes[Int(number) - 1].identity] ?? [])
    }

    /// The times between the ends of its spans and their arrival; none where arrivals say nothing.
    func lags(_ number: UInt32) -> SignedSketch { telemetry.entry(number).lags }

    /// What a node or an agent beside it says in a metric.
    func value(_ name: NodeMetrics.Name, _ number: UInt32) -> NodeMetrics.Value? {
        members(number).compactMap { metrics.value(name, node: $0) }.max { $0.time < $1.time }
    }

    func heartbeat(_ number: UInt32) -> NodeHeartbeat? {
        guard knowsArrivals else { return nil }
        var arrivals = NodeArrivals()
        for member in members(number) { arrivals.merge(telemetry.entry(member).arrivals) }
        guard let last = arrivals.last else { return nil }
        let declared = value(.heartbeatInterval, number).map { NodeMetrics.nanos($0.number) }
        let interval = declared.flatMap { $0 > 0 ? $0 : nil } ?? arrivals.intervalNanos
        let (difference, overflow) = end.rawValue.subtractingReportingOverflow(last.rawValue)
        let silence = overflow ? Int64.max : max(0, difference)
        return NodeHeartbeat(
            lastSeen: last, silenceNanos: silence, intervalNanos: interval,
            state: NodeState(silence: silence, interval: interval))
    }

    /// When something arrived of a node, or of an agent beside it.
    func presence(_ number: UInt32) -> NodePresence {
        var presence = NodePresence()
        for member in members(number) { presence.merge(telemetry.entry(member).presence) }
        return presence
    }

    /// What limits what is said of nodes.
    var notes: [QualityNote] {
        var notes: [QualityNote] = []
        if !numbers.isEmpty, !knowsArrivals {
            notes.append(
                QualityNote(
                    code: "no_arrivals",
                    message:
                        "nothing in the window arrived at a collector before its end (it was imported, or came later): when nodes "
                        + "were last seen is not known"))
        }
        let unnamed = numbers.count { node($0).identity.source == .peerAddress }
        if unnamed > 0 {
            notes.append(
                QualityNote(
                    code: "node_from_peer",
                    message:
                        "\(HumanUnits.count(unnamed, "node")) known by address only: set service.instance.id or "
                        + "host.name in the exporter's resource"))
        }
        return notes
    }
}
