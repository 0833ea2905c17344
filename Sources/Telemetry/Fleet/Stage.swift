/// Where the time of a module request goes: the stages of a fetch through edge, proxy and upstream.
package enum Stage: UInt8, CaseIterable, Sendable {
    /// Waits for a worker of a pool.
    case queue
    /// Waits for a lock that keeps two fetches of one version apart.
    case lock
    /// Waits for another request that fetches the same.
    case coalesced
    /// Asks the cache or the storage whether it has the file.
    case lookup
    /// Gets the file from where it comes from: another proxy, or the repository.
    case upstream
    /// Asks a checksum database.
    case verify
    /// Puts the file into the storage.
    case store
    /// Reads the file from the storage and sends it.
    case serve
    /// Between two hops: what the one waited for and the other has not seen.
    case network
    /// Work that no rule knows.
    case other

    /// Its name in answers and in filters.
    package var name: String {
        switch self {
        case .queue: "queue"
        case .lock: "lock"
        case .coalesced: "coalesced"
        case .lookup: "lookup"
        case .upstream: "upstream"
        case .verify: "verify"
        case .store: "store"
        case .serve: "serve"
        case .network: "network"
        case .other: "other"
        }
    }
}

/// Nanoseconds by stage.
package struct StageTimes: Sendable {
    private var nanos = InlineArray<10, UInt64>(repeating: 0)

    package init() {}

    package subscript(stage: Stage) -> UInt64 {
        get { nanos[Int(stage.rawValue)] }
        set { nanos[Int(stage.rawValue)] = newValue }
    }

    package var total: UInt64 { Stage.allCases.reduce(0) { $0 &+ self[$1] } }

    /// The stage that took the most, and its share of the total, 0 to 1; nil when no time was taken. Of equal ones the
    /// first in the order of a fetch.
    package var guilty: (stage: Stage, share: Double)? {
        var most = Stage.queue
        for stage in Stage.allCases where self[stage] > self[most] { most = stage }
        guard self[most] > 0 else { return nil }
        return (most, Double(self[most]) / Double(total))
    }

    package static func += (left: inout StageTimes, right: StageTimes) {
        for stage in Stage.allCases { left[stage] &+= right[stage] }
    }
}

extension StageTimes: Equatable {
    package static func == (left: StageTimes, right: StageTimes) -> Bool {
        Stage.allCases.allSatisfy { left[$0] == right[$0] }
    }
}
