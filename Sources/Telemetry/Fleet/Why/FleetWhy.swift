/// Which requests `why` explains.
package enum WhySelection: Hashable, Sendable {
    /// Those that took longer than their size explains, or at least so many nanoseconds.
    case slow(minNanos: UInt64?)
    /// Those that failed, or ended so.
    case errors(RequestOutcome?)
    /// Those for files that a cache did not answer, among those of which it is known what a cache did.
    case misses
}

/// What `why` is asked.
package struct FleetWhyQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    package var selection: WhySelection
    /// Only what a request of this trace has; nil for everything.
    package var trace: TraceID?
    /// At least 1.
    package var limit: Int

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), selection: WhySelection,
        trace: TraceID? = nil, limit: Int = 10
    ) {
        self.window = window
        self.filter = filter
        self.selection = selection
        self.trace = trace
        self.limit = limit
    }
}

/// A value that the selected requests have more often than the rest.
package struct WhyFinding: Sendable {
    package var attribute: String
    package var value: String
    /// Selected requests that have it.
    package var selected: Int
    /// Others that have it.
    package var rest: Int
    package var lift: Double
    /// The part of all selected requests that would not be, if having the value made no difference.
    package var explained: Double
    /// How much longer than the rest these took together.
    package var explainedNanos: Double
    /// Which part of the findings that are as sure as this one, or surer, is chance (Benjamini and Hochberg).
    package var falseDiscoveryRate: Double
    /// Other values of nearly the same requests, or of a part of them, as `attribute=value`.
    package var also: [String]
}

package struct FleetWhyResult: Sendable {
    /// What explains most first.
    package var findings: [WhyFinding]
    package var selected: Int
    package var rest: Int
    /// How much longer the selected ones took than the rest of the same number.
    package var excessNanos: Double
    /// How many values were tested, and of how many attributes.
    package var testCount: Int
    package var attributeCount: Int
    /// Attributes with too many different values: ids.
    package var leftOut: [String]
    package var quality: FleetQuality
    package var notes: [QualityNote]

    /// Too little for any test to tell.
    package var isTooSmall: Bool { selected < WhyRanking.requestsMin || rest < WhyRanking.requestsMin }
}

/// What was wrong with a request.
package struct WhyTarget: Sendable {
    package var start: UnixNanos
    package var durationNanos: Int64
    package var kind: ModuleKind?
    package var outcome: RequestOutcome?
    package var cacheResult: CacheResult
    package var bytes: UInt64?

    /// Which requests have the same trouble; nil for one that had none.
    package var selection: WhySelection? {
        if let outcome, outcome.isFailure { return .errors(outcome) }
        if UInt64(max(durationNanos, 0)) > RequestClass.slowNanos(bytes: bytes) {
            return .slow(minNanos: nil)
        }
        if kind?.isImmutable == true, cacheResult.isLookup, !cacheResult.isHit { return .misses }
        return nil
    }
}
