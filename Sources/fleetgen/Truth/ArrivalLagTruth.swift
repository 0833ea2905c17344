/// How late the spans of a node arrive, and when anything arrived of it.
package struct ArrivalLagTruth: Codable, Hashable, Sendable {
    package var minNs: UInt64 = 0
    package var p50Ns: UInt64 = 0
    package var p95Ns: UInt64 = 0
    package var maxNs: UInt64 = 0
    /// Of anything, heartbeats included.
    package var firstArrivalNs: UInt64 = 0
    package var lastArrivalNs: UInt64 = 0

    package init() {}
}
