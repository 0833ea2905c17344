import Telemetry

/// Whether the collector can do its work, and why not.
struct Readiness: Hashable, Sendable {
    /// What keeps requests from being stored: `/healthz` tells of it, and `/readyz` too.
    var faults: [String] = []
    /// What keeps more requests from being taken at the moment: only `/readyz` tells of it.
    var pressures: [String] = []

    var isHealthy: Bool { faults.isEmpty }
    var isReady: Bool { faults.isEmpty && pressures.isEmpty }
    var reasons: [String] { faults + pressures }

    /// Three quarters: a load balancer then sends elsewhere before anything is refused.
    static let highWater = 0.75
    /// 15 s: the writer has a turn each second, and no commit takes so long on a disk that works.
    static let writerSilentNanosMax: Int64 = 15_000_000_000

    init(_ store: StoreStatistics, inFlightBytes: Int, inFlightBytesMax: Int, isDraining: Bool) {
        if let outage = store.outage {
            faults.append(
                "nothing can be stored for \(HumanUnits.duration(outage.sinceNanos)): \(outage.message)")
        }
        if store.writerSilentNanos > Self.writerSilentNanosMax {
            faults.append(
                "the writer has not answered for \(HumanUnits.duration(store.writerSilentNanos)): "
                    + "does the disk of \(store.path) still work?")
        }
        if isDraining { pressures.append("the collector is stopping") }
        if Self.isHigh(store.queueBytes, store.queueBytesMax) {
            pressures.append(
                "the queue before the database holds \(HumanUnits.bytes(Int64(store.queueBytes))) of "
                    + "\(HumanUnits.bytes(Int64(store.queueBytesMax)))")
        }
        if Self.isHigh(inFlightBytes, inFlightBytesMax) {
            pressures.append(
                "requests hold \(HumanUnits.bytes(Int64(inFlightBytes))) of "
                    + "\(HumanUnits.bytes(Int64(inFlightBytesMax)))")
        }
    }

    private static func isHigh(_ value: Int, _ limit: Int) -> Bool {
        limit > 0 && Double(value) >= highWater * Double(limit)
    }
}
