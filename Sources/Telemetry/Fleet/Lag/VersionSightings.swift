import OTLPModel

/// When nodes first served each version of a module, and when they last refused it.
struct VersionSightings: Sendable {
    /// How many pairs of node and version are kept in one worker.
    static let keptMax = 1 << 20

    private struct Refusal: Sendable {
        var key: UInt64
        var start: UInt64
    }

    /// By number of node and module: the end of the answer that ended first.
    private(set) var firstSuccess: [UInt64: UInt64] = [:]
    private var refusals: [Refusal] = []
    /// Whether some pairs were not kept.
    private(set) var isIncomplete = false

    mutating func add(_ exchange: Exchange) {
        guard exchange.module != 0, exchange.moduleKind?.isImmutable == true,
            !exchange.flags.contains(.clientSide)
        else { return }
        let key = UInt64(exchange.node) << 32 | UInt64(exchange.module)
        switch exchange.httpStatus {
        case 200:
            // No answer is none.
            guard RequestOutcome(rawValue: exchange.outcome)?.isFailure != true else { return }
            if let known = firstSuccess[key] {
                if exchange.end < known { firstSuccess[key] = exchange.end }
            } else if firstSuccess.count < Self.keptMax {
                firstSuccess[key] = exchange.end
            } else {
                isIncomplete = true
            }
        case 404, 410:
            // Who waited for another request has its answer, which may be of before.
            guard exchange.cacheResult != CacheResult.coalesced.rawValue else { return }
            if refusals.count < Self.keptMax {
                refusals.append(Refusal(key: key, start: exchange.start))
            } else {
                isIncomplete = true
            }
        default: break
        }
    }

    mutating func merge(_ other: VersionSightings) {
        firstSuccess.merge(other.firstSuccess, uniquingKeysWith: min)
        refusals += other.refusals
        isIncomplete = isIncomplete || other.isIncomplete
    }

    /// By node and module, in the order of time.
    func refusalStarts() -> [UInt64: [UInt64]] {
        var starts: [UInt64: [UInt64]] = [:]
        for refusal in refusals { starts[refusal.key, default: []].append(refusal.start) }
        return starts.mapValues { $0.sorted() }
    }
}
