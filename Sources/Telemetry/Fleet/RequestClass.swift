/// Why a request was slow.
package enum RequestClass: String, CaseIterable, Sendable {
    /// The first request for a version: the proxy had it fetched from its repository.
    case coldVCS = "cold_vcs"
    /// The same from another proxy.
    case coldUpstream = "cold_upstream"
    /// Which versions there are: never answered by a cache.
    case listLatest = "list_latest"
    /// A branch, a commit or a part of a version had to be resolved.
    case query
    /// A checksum database.
    case sumdb
    /// More bytes than the way to the client could take.
    case transfer
    /// No worker was free.
    case queue
    /// Another request's fetch had to end first.
    case coalesced
    /// A lock that processes share.
    case lock
    /// Between the edge and what lies behind it.
    case edgeOrigin = "edge_origin"
    /// "Not found" after ten seconds or more: a fetch that was given up.
    case maskedTimeout = "masked_timeout"
    /// Slow, and nothing tells why.
    case unexplained

    /// What a request of its size may take at the most before it counts as slow: a second, or three times what it takes
    /// to begin (0.2 s) and to send its bytes at 10 MB/s. Large toolchains follow without a rule of their own.
    package static func slowNanos(bytes: UInt64?) -> UInt64 {
        // A byte takes 100 ns, three times that 300.
        let sending = (bytes ?? 0).multipliedReportingOverflow(by: 300)
        let expected = sending.partialValue.addingReportingOverflow(600_000_000)
        guard !sending.overflow, !expected.overflow else { return .max }
        return max(1_000_000_000, expected.partialValue)
    }

    /// The least size of which a rate says anything.
    static let transferBytesMin: UInt64 = 1 << 20
    /// 10 MB/s.
    static let transferBytesPerSecond = 10_000_000.0

    /// What is known of a request.
    struct Signs {
        var kind: ModuleKind?
        var outcome: RequestOutcome?
        var durationNanos: UInt64
        var bytes: UInt64?
        var stages: StageTimes
        /// Its file came from another proxy.
        var isFromProxy: Bool
        /// An edge had no answer from behind it.
        var isCutOff = false
    }

    /// Nil for a request that is not slow.
    init?(_ signs: Signs) {
        if signs.outcome == .maskedTimeout {
            self = .maskedTimeout
            return
        }
        guard signs.durationNanos > Self.slowNanos(bytes: signs.bytes) else { return nil }
        guard !signs.isCutOff else {
            self = .edgeOrigin
            return
        }
        switch signs.kind {
        case .list, .latest: self = .listLatest
        case .query: self = .query
        case .sumdbSupported, .sumdbLatest, .sumdbLookup, .sumdbTile: self = .sumdb
        default: self = Self.byStage(signs)
        }
    }

    private static func byStage(_ signs: Signs) -> RequestClass {
        guard let guilty = signs.stages.guilty else { return .unexplained }
        switch guilty.stage {
        case .queue: return .queue
        case .lock: return .lock
        case .coalesced: return .coalesced
        case .upstream: return signs.isFromProxy ? .coldUpstream : .coldVCS
        case .verify: return .sumdb
        case .network: return isTransfer(signs) ? .transfer : .edgeOrigin
        case .serve, .lookup, .store, .other: return isTransfer(signs) ? .transfer : .unexplained
        }
    }

    private static func isTransfer(_ signs: Signs) -> Bool {
        guard let bytes = signs.bytes, bytes >= transferBytesMin, signs.durationNanos > 0 else {
            return false
        }
        return Double(bytes) / (Double(signs.durationNanos) / 1e9) < transferBytesPerSecond
    }
}
