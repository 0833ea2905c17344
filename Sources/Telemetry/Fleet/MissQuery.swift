/// What `misses` is asked.
package struct MissQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    package var dimension: FleetDimension
    /// Also by time, in periods of so many nanoseconds; nil for the window as a whole.
    package var periodNanos: Int64?
    /// How many groups are given, at least 1.
    package var limit: Int

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), dimension: FleetDimension = .module,
        periodNanos: Int64? = nil, limit: Int = 20
    ) {
        self.window = window
        self.filter = filter
        self.dimension = dimension
        self.periodNanos = periodNanos
        self.limit = limit
    }
}

/// What the caches did for some requests for files that never change.
package struct MissCounts: Sendable {
    /// By `CacheResult`, of which there are fewer than 16: numbers without memory of their own, as each of millions of
    /// fetches makes some.
    private var results = InlineArray<16, Int>(repeating: 0)
    /// Misses for a file that the same node had fetched before in the window: it did not keep it.
    package var refetches = 0
    /// How long those who asked waited for misses, and of that for such that were not the node's first.
    package var missNanos: UInt64 = 0
    package var refetchNanos: UInt64 = 0
    /// Versions that clients fetched, and of these the ones without a miss among their files.
    package var fetches = 0
    package var warmFetches = 0

    package subscript(result: CacheResult) -> Int {
        get { results[Int(result.rawValue)] }
        set { results[Int(result.rawValue)] = newValue }
    }

    package var requests: Int { results.indices.reduce(0) { $0 + results[$1] } }
    package var hits: Int { sum { $0.isHit } }
    /// Requests that a hit ratio is about.
    package var lookups: Int { sum { $0.isLookup } }
    /// Without those that waited for another's fetch.
    package var misses: Int { lookups - hits - self[.coalesced] }
    package var coalesced: Int { self[.coalesced] }
    package var unknown: Int { self[.unknown] }
    /// Of requests; nil without any that counts.
    package var ratio: Double? { lookups > 0 ? Double(hits) / Double(lookups) : nil }
    /// Of versions.
    package var versionRatio: Double? { fetches > 0 ? Double(warmFetches) / Double(fetches) : nil }

    package init() {}

    private func sum(_ isCounted: (CacheResult) -> Bool) -> Int {
        CacheResult.allCases.reduce(0) { isCounted($1) ? $0 + self[$1] : $0 }
    }

    package static func += (left: inout MissCounts, right: MissCounts) {
        for result in left.results.indices { left.results[result] += right.results[result] }
        left.refetches += right.refetches
        left.missNanos &+= right.missNanos
        left.refetchNanos &+= right.refetchNanos
        left.fetches += right.fetches
        left.warmFetches += right.warmFetches
    }
}

extension MissCounts: Equatable {
    package static func == (left: MissCounts, right: MissCounts) -> Bool {
        left.results.indices.allSatisfy { left.results[$0] == right.results[$0] }
            && left.refetches == right.refetches && left.missNanos == right.missNanos
            && left.refetchNanos == right.refetchNanos && left.fetches == right.fetches
            && left.warmFetches == right.warmFetches
    }
}

package struct MissGroup: Equatable, Sendable {
    /// Nil where what it is grouped by is not known.
    package var key: String?
    /// Where the period begins; nil without periods.
    package var period: UnixNanos?
    package var counts: MissCounts
}

package struct MissResult: Sendable {
    /// Those whose misses took longest first; by time where there are periods.
    package var groups: [MissGroup]
    package var groupCount: Int
    /// As clients had it.
    package var totals: MissCounts
    /// Requests of which nobody says what a cache did that were misses by their time; in no ratio.
    package var likely: LikelyMisses
    package var quality: FleetQuality
    package var notes: [QualityNote]
}
