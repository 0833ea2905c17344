/// What a trace tells of the module requests in it: which stage each span was, what was waited for, and what the caches
/// did. Athens' fetches in traces of their own are joined to it.
package struct TraceStory: Sendable {
    /// A span on the critical path of its request.
    package struct Part: Hashable, Sendable {
        /// The one that took most of the time in which this span was waited for.
        package var stage: Stage
        /// How long it was waited for, without what it waited for itself.
        package var criticalNanos: UInt64
    }

    /// A request in the trace, as its client faced it.
    package struct Request: Sendable {
        package var kind: ModuleKind
        package var module: ModuleName?
        package var cacheResult: CacheResult
        package var outcome: RequestOutcome?
        package var reason: RequestClass?
        package var stages: StageTimes
        /// Which timeout its duration looks like.
        package var timeout: TimeoutFingerprint?
        /// What the cache of each node on the way did, the outermost first.
        package var caches: [(node: String, result: CacheResult)]
    }

    /// The spans of the trace, and of what was joined to it: a joined root has the call for its parent that waited.
    package var spans: [StoredSpan]
    package var requests: [Request]
    /// By span id, first byte highest.
    package var parts: [UInt64: Part]
    /// Traces that were joined.
    package var joined: [TraceID]
    /// Span ids of requests that waited for what another one fetched.
    var coalesced: Set<UInt64> = []
    package var notes: [QualityNote]
}
