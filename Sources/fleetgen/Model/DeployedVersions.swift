import OTLPModel

/// Which version of its software a node says that it runs. Only a fault of versions has nodes say so that otherwise do not.
///
/// A node that goes over to a new one tells from then on as another source: sources of nodes come first, by
/// `FleetNode.index`, then those of the new versions.
struct DeployedVersions: Sendable {
    private static let key = "service.version"
    private static let usual = "1.0.0"

    private let nodes: [FleetNode]
    private let faults: ActiveFaults
    /// By `FleetNode.index`, in the order of their sources.
    private let deployed: [Int]
    private let isSpoken: Bool

    /// - Parameter start: of the traffic
    init(_ fleet: Fleet, start: UInt64) {
        nodes = fleet.nodes
        faults = ActiveFaults(fleet, start: start)
        let indices = fleet.faults.filter { $0.kind == .versionRegression }
            .compactMap { fleet.nodes(of: $0) }
        isSpoken = !indices.isEmpty
        deployed = indices.reduce(into: Set()) { $0.formUnion($1) }.sorted()
    }

    var sources: [TelemetrySource] {
        let old = nodes.map { node in
            let source = TelemetrySource(node: node)
            guard isSpoken, node.isIdentified || deployed.contains(node.index) else { return source }
            return Self.with(Self.version(of: source) ?? Self.usual, source)
        }
        return old
            + deployed.map { Self.with(Self.next(Self.version(of: old[$0]) ?? Self.usual), old[$0]) }
    }

    func node(ofSource source: Int) -> FleetNode {
        source < nodes.count ? nodes[source] : nodes[deployed[source - nodes.count]]
    }

    /// Which source tells of what a node did at a time.
    func source(of node: Int, at time: UInt64) -> Int {
        guard let place = deployed.firstIndex(of: node),
            faults.strength(.versionRegression, at: time, node: nodes[node]) != nil
        else { return node }
        return nodes.count + place
    }

    /// The next minor version.
    private static func next(_ version: String) -> String {
        let parts = version.split(separator: ".")
        guard parts.count == 3, let minor = Int(parts[1]) else { return version + "-next" }
        return "\(parts[0]).\(minor + 1).0"
    }

    private static func version(of source: TelemetrySource) -> String? {
        guard case .string(let text)? = source.resource.attributes.first(where: { $0.key == key })?.value
        else { return nil }
        return text
    }

    private static func with(_ version: String, _ source: TelemetrySource) -> TelemetrySource {
        var resource = source.resource
        resource.attributes.removeAll { $0.key == key }
        resource.attributes.add(key, version)
        return source.with(resource: resource)
    }
}
