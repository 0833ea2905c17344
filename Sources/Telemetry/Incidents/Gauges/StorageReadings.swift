import OTLPModel

/// What nodes told of their volumes, in slots of time: the least that was free in each, and the last that was told.
struct StorageReadings: Sendable {
    struct Key: Hashable, Sendable {
        /// Number of the node.
        var node: UInt32
        var volume: String
    }

    /// How much of a volume was free.
    struct Reading: Hashable, Sendable {
        /// Nanoseconds since the Unix epoch: the middle of its slot; of the last reading when it was told.
        var time: UInt64
        /// The part that was free, 0 to 1.
        var share: Double
    }

    /// What was told of one quantity of a volume.
    private struct Course {
        /// By slot; not a number where nothing was told.
        var values: [Double] = []
        var first = UInt64.max
        var last: UInt64 = 0
        /// At that time.
        var newest = Double.nan

        /// - Parameter worse: what comes later in a slot may come in any order: the fullest moment is kept
        mutating func add(
            _ value: Double, at time: UInt64, _ slot: Int, _ count: Int, _ worse: (Double, Double) -> Double
        ) {
            if values.isEmpty { values = [Double](repeating: .nan, count: count) }
            values[slot] = values[slot].isNaN ? value : worse(values[slot], value)
            first = min(first, time)
            if time == last {
                newest = worse(newest, value)
            } else if time > last {
                (last, newest) = (time, value)
            }
        }

        /// Nil where nothing was told.
        func value(_ slot: Int) -> Double? { values.isEmpty || values[slot].isNaN ? nil : values[slot] }
    }

    private struct Volume {
        var free = Course()
        var used = Course()
        var utilization = Course()
        /// Bytes; 0 while nobody says it.
        var size = 0.0
        /// The first by name that tells how full it is.
        var metric: String?

        var first: UInt64 { min(free.first, used.first, utilization.first) }

        func share(free: Double?, used: Double?, utilization: Double?) -> Double? {
            var share: Double?
            if let free, let used, free + used > 0 {
                share = free / (free + used)
            } else if let free, size > 0 {
                share = free / size
            } else if let used, size > 0, used <= StorageReadings.usedMax * size {
                share = max(0, 1 - used / size)
            }
            guard let part = share ?? utilization.map({ 1 - $0 }), (0...1).contains(part) else { return nil }
            return part
        }
    }

    /// Together 48 MB at the most for as many volumes as are kept.
    private static let slotsMax: UInt64 = 512
    private static let volumesMax = 4_096
    private static let slotNanosMin: UInt64 = 30_000_000_000
    /// Bytes. Nothing that modules lie on is smaller, and what is larger means that there is no limit.
    private static let sizes = 0x1p20...0x1p60
    /// Where a limit is one that nobody enforces, somewhat more may be used; what is far above is no such thing.
    private static let usedMax = 2.0

    private let slots: GaugeSlots
    private var volumes: [Key: Volume] = [:]

    /// - Parameters:
    ///   - times: nanoseconds since the Unix epoch, not empty
    ///   - since: where the window begins
    init(_ times: Range<UInt64>, since: UInt64) {
        slots = GaugeSlots(times, since: since, countMax: Self.slotsMax, nanosMin: Self.slotNanosMin)
    }

    /// In an order that is the same for the same data.
    var keys: [Key] { volumes.keys.sorted { ($0.node, $0.volume) < ($1.node, $1.volume) } }

    mutating func add(_ gauge: StorageGauge, _ value: Double, node: UInt32, at time: UInt64) {
        guard let slot = slots.slot(of: time), value.isFinite, value >= 0 else { return }
        let key = Key(node: node, volume: gauge.volume)
        guard volumes[key] != nil || volumes.count < Self.volumesMax else { return }
        let count = slots.count
        if gauge.quantity != .size {
            let known = volumes[key]?.metric ?? gauge.metric
            volumes[key, default: Volume()].metric = min(known, gauge.metric)
        }
        switch gauge.quantity {
        case .size:
            guard Self.sizes.contains(value) else { return }
            volumes[key, default: Volume()].size = max(volumes[key]?.size ?? 0, value)
        case .free: volumes[key, default: Volume()].free.add(value, at: time, slot, count, min)
        case .used: volumes[key, default: Volume()].used.add(value, at: time, slot, count, max)
        case .utilization:
            guard value <= 1 else { return }
            volumes[key, default: Volume()].utilization.add(value, at: time, slot, count, max)
        case .freeShare:
            guard value <= 1 else { return }
            volumes[key, default: Volume()].utilization.add(1 - value, at: time, slot, count, max)
        }
    }

    /// How large a volume is, in bytes; nil where nobody says it.
    func size(_ key: Key) -> Double? { volumes[key].flatMap { $0.size > 0 ? $0.size : nil } }

    /// The metric that tells how full it is; nil of what nothing tells.
    func metric(_ key: Key) -> String? { volumes[key]?.metric }

    /// When something was told first: nanoseconds since the Unix epoch.
    func first(_ key: Key) -> UInt64? { volumes[key].map(\.first) }

    /// Oldest first; none where what was told does not say how much of it is free.
    func readings(_ key: Key) -> [Reading] {
        guard let volume = volumes[key] else { return [] }
        var readings = (0..<slots.count).compactMap { slot in
            volume.share(
                free: volume.free.value(slot), used: volume.used.value(slot),
                utilization: volume.utilization.value(slot)
            ).map { Reading(time: slots.middle(of: slot), share: $0) }
        }
        if let last = last(volume), let slot = slots.slot(of: last.time), let middle = readings.last?.time,
            slots.times(of: slot).contains(middle)
        {
            readings[readings.count - 1] = last
        }
        return readings
    }

    /// What was told last, of all that was told in the same slot.
    private func last(_ volume: Volume) -> Reading? {
        let courses = [volume.free, volume.used, volume.utilization].filter { !$0.newest.isNaN }
        guard let time = courses.map(\.last).max(), let slot = slots.slot(of: time) else { return nil }
        func value(_ course: Course) -> Double? {
            !course.newest.isNaN && slots.slot(of: course.last) == slot ? course.newest : nil
        }
        return volume.share(
            free: value(volume.free), used: value(volume.used), utilization: value(volume.utilization)
        ).map { Reading(time: time, share: $0) }
    }

    /// How much was free for half of the time before.
    /// - Parameters:
    ///   - readings: those of a volume
    ///   - before: nanoseconds since the Unix epoch
    /// - Returns: nil where nothing was told before
    func median(_ readings: [Reading], before: UInt64) -> Double? {
        let parts = readings.filter { $0.time < before }.map { reading in
            (share: reading.share, nanos: slots.slot(of: reading.time).map { slots.times(of: $0).count } ?? 0)
        }.sorted { $0.share < $1.share }
        let half = parts.reduce(0) { $0 + $1.nanos } / 2
        var sum = 0
        for part in parts {
            sum += part.nanos
            if sum > half { return part.share }
        }
        return parts.last?.share
    }
}
