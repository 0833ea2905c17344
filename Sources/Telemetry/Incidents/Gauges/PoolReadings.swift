/// What nodes told of their workers, in slots of time: the fewest that were busy in each.
struct PoolReadings: Sendable {
    struct Key: Hashable, Sendable {
        /// Number of the node.
        var node: UInt32
        var pool: String
    }

    struct Reading: Sendable {
        /// Nanoseconds since the Unix epoch: the middle of its slot.
        var time: UInt64
        /// The part of the workers that were busy, 0 and more.
        var share: Double
    }

    private struct Pool {
        /// By slot; not a number where nothing was told.
        var usage: [Double] = []
        /// 0 while nobody says it.
        var limit = 0.0
    }

    private static let slotsMax: UInt64 = 512
    private static let poolsMax = 4_096
    private static let slotNanosMin: UInt64 = 30_000_000_000

    private let slots: GaugeSlots
    private var pools: [Key: Pool] = [:]

    /// - Parameters:
    ///   - times: nanoseconds since the Unix epoch, not empty
    ///   - since: where the window begins
    init(_ times: Range<UInt64>, since: UInt64) {
        slots = GaugeSlots(times, since: since, countMax: Self.slotsMax, nanosMin: Self.slotNanosMin)
    }

    /// In an order that is the same for the same data.
    var keys: [Key] { pools.keys.sorted { ($0.node, $0.pool) < ($1.node, $1.pool) } }

    mutating func add(_ gauge: PoolGauge, _ value: Double, node: UInt32, at time: UInt64) {
        guard let slot = slots.slot(of: time), value.isFinite, value >= 0 else { return }
        let key = Key(node: node, pool: gauge.pool)
        guard pools[key] != nil || pools.count < Self.poolsMax else { return }
        guard !gauge.isLimit else {
            pools[key, default: Pool()].limit = max(pools[key]?.limit ?? 0, value)
            return
        }
        var usage = pools[key, default: Pool()].usage
        if usage.isEmpty { usage = [Double](repeating: .nan, count: slots.count) }
        usage[slot] = usage[slot].isNaN ? value : min(usage[slot], value)
        pools[key, default: Pool()].usage = usage
    }

    /// Oldest first; none where nobody says how many workers there are.
    func readings(_ key: Key) -> [Reading] {
        guard let pool = pools[key], pool.limit > 0 else { return [] }
        return pool.usage.enumerated().compactMap { slot, usage in
            usage.isNaN
                ? nil
                : Reading(
                    time: slots.middle(of: slot),
                    share: usage / pool.limit)
        }
    }
}
