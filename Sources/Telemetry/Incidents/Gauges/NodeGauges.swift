/// What nodes tell of themselves in gauges, as rules look at it: in slots of time, so that it takes as much memory for
/// a day as for an hour.
struct NodeGauges: Sendable {
    /// What a series is of.
    enum Kind: Sendable {
        case storage(StorageGauge)
        case pool(PoolGauge)
        case ready(ReadyGauge)
    }

    private(set) var storage: StorageReadings?
    private(set) var pools: PoolReadings?
    private(set) var ready: ReadyReadings?

    /// Keeps nothing.
    init() {}

    /// - Parameters:
    ///   - times: nanoseconds since the Unix epoch, not empty
    ///   - since: where the window begins
    init(_ times: Range<UInt64>, since: UInt64) {
        storage = StorageReadings(times, since: since)
        pools = PoolReadings(times, since: since)
        ready = ReadyReadings(times, since: since)
    }

    /// Nil for a series that is of something else.
    func kind(_ series: StoredSeries) -> Kind? {
        guard storage != nil else { return nil }
        return StorageGauge(series).map { .storage($0) } ?? PoolGauge(series).map { .pool($0) }
            ?? ReadyGauge(series).map { .ready($0) }
    }

    mutating func add(_ kind: Kind, _ value: Double, node: UInt32, at time: UInt64) {
        switch kind {
        case .storage(let gauge): storage?.add(gauge, value, node: node, at: time)
        case .pool(let gauge): pools?.add(gauge, value, node: node, at: time)
        case .ready(let gauge): ready?.add(gauge, value, of: node, at: time)
        }
    }
}
