/// What a node answered to a request for a file of a version.
struct VersionAnswer: Sendable {
    /// `FleetNode.index`.
    let node: Int
    let interval: Interval
    let status: Int
}
