/// What a node answered to a request for a file of a version.
struct VersionAnswer: Sendable {
    /// `FleetNode.index`.
    let node: Int
    let interval: Interval
    let status: Int
    /// It waited for the fetch of a request that came before it, and has its answer: what was true then.
    let isCoalesced: Bool
}
