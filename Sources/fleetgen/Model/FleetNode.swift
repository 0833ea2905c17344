/// The software of a node, which decides what its telemetry looks like.
enum EmitterKind: String, CaseIterable, Sendable {
    case nginx
    case caddy
    case envoy
    case traefik
    case athens
    /// The go command, where its log is kept and told.
    case go
}

/// One machine that emits spans: it serves requests, or runs the go command.
struct FleetNode: Hashable, Sendable {
    /// Position among all nodes of the fleet: see `Fleet.nodes`.
    let index: Int
    let kind: EmitterKind
    let region: Region
    /// Host name and `service.instance.id`, such as `edge-fra-01`.
    let instance: String
    /// Private address, as the next hop sees it.
    let address: String
    /// False for a node whose telemetry does not say who it is, as freshly installed software does.
    let isIdentified: Bool
    /// The software's own work takes this many times as long as usual.
    let slowness: Double
    /// How far the node's clock is ahead of true time, in nanoseconds; negative when behind.
    let clockOffsetNanos: Int64
    var setup = NodeSetup()
    var reporting = Reporting.steady

    /// What telemetry calls the node: what its resource says, else the address that it sends from.
    var reportedName: String { isIdentified || kind == .traefik ? instance : address }

    /// True time as this node's clock shows it.
    func clockTime(of nanos: UInt64) -> UInt64 {
        nanos &+ UInt64(bitPattern: clockOffsetNanos)
    }

    /// What the node's clock shows as true time.
    func trueTime(of nanos: UInt64) -> UInt64 {
        nanos &- UInt64(bitPattern: clockOffsetNanos)
    }
}
