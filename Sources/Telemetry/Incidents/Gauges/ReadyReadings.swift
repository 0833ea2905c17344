/// What was told of whether nodes are ready, in slots of time.
struct ReadyReadings: Sendable {
    struct Reading: Sendable {
        /// Nanoseconds since the Unix epoch: the begin of its slot.
        var time: UInt64
        /// Whether it was ready, or was not, in a part of it at least.
        var wasReady: Bool
        var wasNot: Bool
    }

    /// A change of state.
    struct Change: Hashable, Sendable {
        var time: UInt64
        var isReady: Bool
    }

    private static let slotsMax: UInt64 = 2_048
    private static let slotNanosMin: UInt64 = 15_000_000_000
    /// 16 MB at the most.
    private static let nodesMax = 8_192

    let slots: GaugeSlots
    /// By name of the node, by slot: 1 for what was not ready, 2 for what was.
    private var states: [String: [UInt8]] = [:]

    /// - Parameter times: nanoseconds since the Unix epoch, not empty
    init(_ times: Range<UInt64>) {
        slots = GaugeSlots(times, countMax: Self.slotsMax, nanosMin: Self.slotNanosMin)
    }

    var names: [String] { states.keys.sorted() }

    mutating func add(_ node: String, isReady: Bool, at time: UInt64) {
        guard let slot = slots.slot(of: time), states[node] != nil || states.count < Self.nodesMax else {
            return
        }
        states[node, default: [UInt8](repeating: 0, count: slots.count)][slot] |= isReady ? 2 : 1
    }

    /// Oldest first, the first one included.
    func changes(_ node: String) -> [Change] {
        var changes: [Change] = []
        for (slot, state) in (states[node] ?? []).enumerated() where state > 0 {
            let time = slots.begin(of: slot)
            // Of a slot that has both it is not known in which order: it ends as it did not begin.
            let isReady = state == 3 ? !(changes.last?.isReady ?? false) : state == 2
            if changes.last?.isReady != isReady { changes.append(Change(time: time, isReady: isReady)) }
        }
        return changes
    }

    /// When something was told of it last: nanoseconds since the Unix epoch.
    func last(_ node: String) -> UInt64? {
        states[node]?.lastIndex { $0 > 0 }.map { slots.begin(of: $0 + 1) }
    }
}
