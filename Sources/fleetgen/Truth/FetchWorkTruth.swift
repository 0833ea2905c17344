/// The fetch of a version that a request caused or waited for.
package struct FetchWorkTruth: Codable, Hashable, Sendable {
    /// In hex: the trace of its own.
    package var traceId = ""
    /// Whether this request caused it; the others wait.
    package var isLeader = false
    package var startNs: UInt64 = 0
    package var durationNs: UInt64 = 0
    /// How long the version took to come from upstream; 0 for who waits.
    package var upstreamNs: UInt64 = 0
    /// Whether the version was got.
    package var isStored = false

    package init() {}
}
