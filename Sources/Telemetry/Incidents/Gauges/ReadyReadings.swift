/// What was told of whether nodes are ready, in slots of time.
struct ReadyReadings: Sendable {
    /// A change of state.
    struct Change: Hashable, Sendable {
        /// Nanoseconds since the Unix epoch: the begin of its slot.
        var time: UInt64
        var isReady: Bool
    }

    /// A node as somebody tells of it: names are those of one cluster only.
    struct Key: Hashable, Sendable {
        var name: String
        /// As its telemetry calls it; empty where nothing does.
        var cluster: String
        /// Number of the node that tells it where no cluster is named; 0 else.
        var teller: UInt32
    }

    private static let slotsMax: UInt64 = 2_048
    private static let slotNanosMin: UInt64 = 15_000_000_000
    /// 24 MB at the most.
    private static let nodesMax = 8_192

    let slots: GaugeSlots
    /// By slot: 1 for what was not ready, 2 for what was.
    private var states: [Key: [UInt8]] = [:]
    /// The first by name that tells it.
    private var metrics: [Key: String] = [:]

    /// - Parameters:
    ///   - times: nanoseconds since the Unix epoch, not empty
    ///   - since: where the window begins
    init(_ times: Range<UInt64>, since: UInt64) {
        slots = GaugeSlots(times, since: since, countMax: Self.slotsMax, nanosMin: Self.slotNanosMin)
    }

    /// - Parameters:
    ///   - value: above 0 for what is ready; what is no number says nothing
    ///   - teller: number of the node that tells it
    mutating func add(_ gauge: ReadyGauge, _ value: Double, of teller: UInt32, at time: UInt64) {
        let key = Key(
            name: gauge.node, cluster: gauge.cluster, teller: gauge.cluster.isEmpty ? teller : 0)
        guard value.isFinite, let slot = slots.slot(of: time),
            states[key] != nil || states.count < Self.nodesMax
        else { return }
        states[key, default: [UInt8](repeating: 0, count: slots.count)][slot] |= value > 0 ? 2 : 1
        metrics[key] = min(metrics[key] ?? gauge.metric, gauge.metric)
    }

    /// The command that shows what was told of a node; see `IncidentFinding`.
    func check(_ key: Key) -> String? {
        metrics[key].flatMap { metric in
            ShellWord.metrics(
                metric, where: metric == ReadyGauge.stateMetric ? "attr.node" : "resource.k8s.node.name",
                key.name)
        }
    }

    /// The nodes, in an order that is the same for the same data. Where several tell the same of one name, it is one node.
    var keys: [Key] {
        Dictionary(grouping: states.keys, by: \.name).sorted { $0.key < $1.key }.flatMap { _, keys in
            var different: [Key] = []
            for key in keys.sorted(by: { ($0.cluster, $0.teller) < ($1.cluster, $1.teller) })
            where key.teller == 0 || !different.contains(where: { $0.teller > 0 && isSame($0, key) }) {
                different.append(key)
            }
            return different
        }
    }

    /// Whether two that tell of a name contradict each other hardly longer than it takes until both have seen a change.
    private func isSame(_ left: Key, _ right: Key) -> Bool {
        guard let ours = states[left], let theirs = states[right] else { return false }
        let contradictions = zip(ours, theirs).count { $0 | $1 == 3 && $0 != 3 && $1 != 3 }
        return contradictions <= 2 * max(changes(left).count, changes(right).count)
    }

    /// Oldest first, the first one included.
    func changes(_ key: Key) -> [Change] {
        var changes: [Change] = []
        for (slot, state) in (states[key] ?? []).enumerated() where state > 0 {
            let time = slots.times(of: slot).lowerBound
            // Of a slot that has both it is not known in which order: it ends as it did not begin.
            let isReady = state == 3 ? !(changes.last?.isReady ?? false) : state == 2
            if changes.last?.isReady != isReady { changes.append(Change(time: time, isReady: isReady)) }
        }
        return changes
    }

    /// When something was told of it last: nanoseconds since the Unix epoch.
    func last(_ key: Key) -> UInt64? {
        states[key]?.lastIndex { $0 > 0 }.map { slots.times(of: $0).upperBound }
    }
}
