import Telemetry

/// All that the admin port tells, at one moment.
struct CollectorReport: Sendable {
    var version: String
    var at: UnixNanos
    var startedAt: UnixNanos
    /// Where telemetry is taken, by protocol.
    var listeners: [Listener]
    var counters: CollectorCounters.Snapshot
    var store: StoreStatistics
    var connections: Int
    var connectionsMax: Int
    var inFlightBytes: Int
    var inFlightBytesMax: Int
    var process: ProcessFacts
    var readiness: Readiness

    struct Listener: Hashable, Sendable {
        var protocolName: String
        var address: String
    }

    var upNanos: Int64 { max(0, at.rawValue - startedAt.rawValue) }

    /// Items of all requests but those that were repeated whole.
    var acceptedItems: PerSignal<Int> {
        counters.accepted.reduce(into: PerSignal()) { $0[$1.key.signal] += $1.value.items }
    }
    /// Of these, those that turned out to be stored before. What the journal held at the start is compared, too.
    var duplicateItems: PerSignal<Int> {
        let accepted = acceptedItems
        return PerSignal { min(store.duplicateItems[$0], accepted[$0]) }
    }
    var storedItems: Int { acceptedItems.total - duplicateItems.total }
    /// Those of which it is not known yet whether they are stored already: log records are not compared.
    var uncomparedItems: PerSignal<Int> {
        let (accepted, duplicates) = (acceptedItems, duplicateItems)
        return PerSignal {
            $0 == .logs ? 0 : max(0, accepted[$0] - duplicates[$0] - store.sealedItems[$0])
        }
    }

    /// What was accepted, in the order of signals and protocols.
    var acceptedRows: [(way: CollectorCounters.Way, accepted: CollectorCounters.Accepted)] {
        counters.accepted.map { (way: $0.key, accepted: $0.value) }.sorted {
            ($0.way.signal.rawValue, $0.way.protocolName) < ($1.way.signal.rawValue, $1.way.protocolName)
        }
    }

    /// What was refused, the most frequent first.
    var refusedRows: [(refused: CollectorCounters.Refused, count: Int)] {
        counters.refused.map { (refused: $0.key, count: $0.value) }.sorted {
            ($1.count, $0.refused.reason, $0.refused.protocolName)
                < ($0.count, $1.refused.reason, $1.refused.protocolName)
        }
    }
}
