import fleetgen

/// What is to be said of some requests, or of some hops.
package struct RequestFigures: Sendable {
    package private(set) var count = 0
    package private(set) var outcomes: [String: Int] = [:]
    /// By what a cache did; `unknown` where nothing says it.
    package private(set) var cacheResults: [String: Int] = [:]
    /// Of those whose span says it.
    package private(set) var bodyBytes: Int64 = 0
    /// Nanoseconds, smallest first.
    package private(set) var durations: [UInt64] = []

    package init(_ requests: some Sequence<SeenRequest>) {
        for request in requests {
            add(request.outcome, request.cacheResult, request.bodyBytes, request.durationNanos)
        }
        durations.sort()
    }

    package init(_ hops: some Sequence<SeenHop>) {
        for hop in hops { add(hop.outcome, hop.cacheResult, hop.bodyBytes, hop.durationNanos) }
        durations.sort()
    }

    private mutating func add(_ outcome: String, _ cache: String?, _ bytes: Int64?, _ nanos: Int64) {
        count += 1
        outcomes[outcome, default: 0] += 1
        cacheResults[cache ?? "unknown", default: 0] += 1
        bodyBytes += bytes ?? 0
        durations.append(UInt64(nanos))
    }

    /// The value of rank ⌈q·n⌉; nil of nothing.
    package func duration(_ quantile: Double) -> UInt64? { Quantile.value(quantile, of: durations) }

    package var meanDuration: Double? {
        durations.isEmpty ? nil : Double(durations.reduce(0, +)) / Double(durations.count)
    }

    package func count(_ outcomes: String...) -> Int { outcomes.reduce(0) { $0 + (self.outcomes[$1] ?? 0) } }

    /// Requests that failed: healthy probes, and what is not there, are no failures.
    package var failures: Int {
        count - count("ok", "probe", "not_found", "gone", "redirected", "aborted")
    }

    // MARK: Hits

    private static let hits = ["hit", "stale", "updating", "revalidated", "redirect_hit"]
    private static let misses = ["miss", "expired", "redirect_miss", "coalesced"]

    package var hits: Int { Self.hits.reduce(0) { $0 + (cacheResults[$1] ?? 0) } }
    /// All that a ratio is of.
    package var lookups: Int { hits + Self.misses.reduce(0) { $0 + (cacheResults[$1] ?? 0) } }
    package var coalesced: Int { cacheResults["coalesced"] ?? 0 }
    package var unknown: Int { cacheResults["unknown"] ?? 0 }
    package var hitRatio: Double? { lookups == 0 ? nil : Double(hits) / Double(lookups) }
}
