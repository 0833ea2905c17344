import OTLPModel

/// What nodes told of their volumes, in slots of time: the least that was free in each.
struct StorageReadings: Sendable {
    struct Key: Hashable, Sendable {
        /// Number of the node.
        var node: UInt32
        var volume: String
    }

    /// How much of a volume was free.
    struct Reading: Hashable, Sendable {
        /// Nanoseconds since the Unix epoch: the middle of its slot.
        var time: UInt64
        /// The part that was free, 0 to 1.
        var share: Double
    }

    private struct Volume {
        /// By slot; not a number where nothing was told.
        var free: [Double] = []
        var used: [Double] = []
        var utilization: [Double] = []
        /// Bytes; 0 while nobody says it.
        var size = 0.0
    }

    /// Together 2 MB at the most for 256 volumes, and 32 MB for as many as are kept.
    static let slotsMax: UInt64 = 512
    static let volumesMax = 4_096
    private static let slotNanosMin: UInt64 = 30_000_000_000

    private let slots: GaugeSlots
    private var volumes: [Key: Volume] = [:]

    /// - Parameter times: nanoseconds since the Unix epoch, not empty
    init(_ times: Range<UInt64>) {
        slots = GaugeSlots(times, countMax: Self.slotsMax, nanosMin: Self.slotNanosMin)
    }

    /// In an order that is the same for the same data.
    var keys: [Key] { volumes.keys.sorted { ($0.node, $0.volume) < ($1.node, $1.volume) } }

    mutating func add(_ gauge: StorageGauge, _ value: Double, node: UInt32, at time: UInt64) {
        guard let slot = slots.slot(of: time), value.isFinite, value >= 0 else { return }
        let key = Key(node: node, volume: gauge.volume)
        guard volumes[key] != nil || volumes.count < Self.volumesMax else { return }
        // What comes later in a slot may come in any order: the fullest moment is kept.
        switch gauge.quantity {
        case .size: volumes[key, default: Volume()].size = max(volumes[key]?.size ?? 0, value)
        case .free: Self.keep(value, in: &volumes[key, default: Volume()].free, slot, slots.count, min)
        case .used: Self.keep(value, in: &volumes[key, default: Volume()].used, slot, slots.count, max)
        case .utilization:
            Self.keep(value, in: &volumes[key, default: Volume()].utilization, slot, slots.count, max)
        case .freeShare:
            Self.keep(1 - value, in: &volumes[key, default: Volume()].utilization, slot, slots.count, max)
        }
    }

    private static func keep(
        _ value: Double, in values: inout [Double], _ slot: Int, _ count: Int,
        _ worse: (Double, Double) -> Double
    ) {
        if values.isEmpty { values = [Double](repeating: .nan, count: count) }
        values[slot] = values[slot].isNaN ? value : worse(values[slot], value)
    }

    /// How large a volume is, in bytes; nil where nobody says it.
    func size(_ key: Key) -> Double? { volumes[key].flatMap { $0.size > 0 ? $0.size : nil } }

    /// Oldest first; none where what was told does not say how much of it is free.
    func readings(_ key: Key) -> [Reading] {
        guard let volume = volumes[key] else { return [] }
        return (0..<slots.count).compactMap { slot in
            guard let share = Self.share(volume, slot), share.isFinite, (0...1).contains(share) else {
                return nil
            }
            return Reading(
                time: slots.middle(of: slot), share: share)
        }
    }

    private static func share(_ volume: Volume, _ slot: Int) -> Double? {
        func value(_ values: [Double]) -> Double? {
            values.isEmpty || values[slot].isNaN ? nil : values[slot]
        }
        if let free = value(volume.free) {
            if let used = value(volume.used), free + used > 0 { return free / (free + used) }
            if volume.size > 0 { return free / volume.size }
        }
        if let used = value(volume.used), volume.size > 0 { return max(0, 1 - used / volume.size) }
        return value(volume.utilization).map { 1 - $0 }
    }
}
