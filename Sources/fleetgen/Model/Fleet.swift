/// The machines: edge nodes in several regions, and one module proxy behind them in each region.
struct Fleet: Sendable {
    let regions: [Region]
    let edges: [FleetNode]
    let proxies: [FleetNode]
    /// Mirrors that are not the fleet's own; no edge stands for them.
    let mirrors: [FleetNode]
    /// Machines that run builds, whose go commands tell what they see; none but for faults that show there only.
    let buildMachines: [FleetNode]
    let faults: [PlannedFault]
    let scenario: Scenario

    /// All that answer requests.
    var servers: [FleetNode] { edges + proxies + mirrors }

    /// Edge nodes first, then proxies, mirrors and machines that run builds: `nodes[node.index] == node`.
    var nodes: [FleetNode] { servers + buildMachines }

    /// - Parameters:
    ///   - edgeCount: how many edge nodes there are, at least 1.
    ///   - regionCount: over how many regions they are spread, 1 to `Region.all.count`; never more
    ///     than there are edge nodes.
    ///   - scenario: what else there is; node names that it has and the fleet has not are of no effect.
    init(
        edgeCount: Int, regionCount: Int, faults: [PlannedFault], seed: UInt64,
        scenario: Scenario = Scenario()
    ) {
        var scenario = scenario
        if faults.contains(where: \.kind.needsPublications) {
            scenario.publicationCount = max(scenario.publicationCount, Self.faultPublications)
        }
        let hasSkew = faults.contains { $0.kind == .clockSkew }
        let edgeCount = max(1, edgeCount)
        let regionCount = min(max(1, regionCount), Region.all.count, edgeCount)
        let regions = Array(Region.all.prefix(regionCount))
        var clocks = SeededGenerator.stream("clocks", seed: seed)

        var edges = (0..<edgeCount).map { index in
            let region = regions[index % regionCount]
            let ordinal = index / regionCount + 1
            // The second edge node is the one whose clock is wrong; with one node only, it is the first.
            let isFaulty = index == min(1, edgeCount - 1)
            let skewed = hasSkew && isFaulty
            let kind = Self.edgeKind(index, of: edgeCount, regionCount: regionCount)
            return FleetNode(
                index: index, kind: kind, region: region,
                instance: "edge-\(region.site)-\(ordinal < 10 ? "0" : "")\(ordinal)",
                address: "10.\(region.octet).\(ordinal / 250).\(10 + ordinal % 240)",
                isIdentified: edgeCount < 3 || index < edgeCount - 2,
                slowness: 1,
                clockOffsetNanos: skewed ? 45_000_000_000 : Self.smallOffset(&clocks),
                setup: NodeSetup(kind: kind))
        }
        var proxies = regions.enumerated().map { position, region in
            FleetNode(
                index: edgeCount + position, kind: .athens, region: region,
                instance: "athens-\(region.site)-1", address: "10.\(region.octet).200.1",
                isIdentified: regionCount == 1 || position < regionCount - 1, slowness: 1,
                clockOffsetNanos: hasSkew && position == 0
                    ? -8_000_000_000 : Self.smallOffset(&clocks))
        }
        if scenario.isMixed { FieldNodes.change(&edges, &proxies) }
        FieldNodes.apply(scenario, to: &edges)
        FieldNodes.apply(scenario, to: &proxies)
        for fault in faults where fault.kind == .lockFailure || fault.kind == .lockTTL {
            for index in proxies.indices where proxies[index].instance == fault.place ?? proxies[0].instance {
                proxies[index].setup.lock = .redis
            }
        }
        let mirrorIndex = edgeCount + proxies.count
        mirrors = scenario.mirrors.enumerated().map { position, mirror in
            FieldNodes.mirror(mirror, position: position, index: mirrorIndex + position, region: regions[0])
        }
        buildMachines =
            faults.contains(where: \.kind.needsBuildMachines)
            ? BuildMachines.nodes(of: regions, from: mirrorIndex + mirrors.count) : []
        self.edges = edges
        self.proxies = proxies
        self.regions = regions
        self.faults = faults
        self.scenario = scenario
    }

    /// A fleet with one fault, at its usual place, from begin to end.
    init(
        edgeCount: Int, regionCount: Int, fault: Fault, seed: UInt64, scenario: Scenario = Scenario()
    ) {
        self.init(
            edgeCount: edgeCount, regionCount: regionCount,
            faults: fault == .none ? [] : [PlannedFault(fault)],
            seed: seed, scenario: scenario)
    }

    /// The edge nodes of a region, never empty for a region of the fleet.
    func edges(in region: Region) -> [FleetNode] {
        edges.filter { $0.region == region }
    }

    /// The proxy that an edge node asks: the one of its region.
    func proxy(behind edge: FleetNode) -> FleetNode {
        proxies.first { $0.region == edge.region } ?? proxies[0]
    }

    /// So many versions are published while a fault lasts that shows in new ones only.
    private static let faultPublications = 6

    /// Every third node of a region is Caddy, and the last node of all is, so that both kinds show
    /// in any fleet of more than one node.
    private static func edgeKind(_ index: Int, of count: Int, regionCount: Int) -> EmitterKind {
        let ordinal = index / regionCount
        return ordinal % 3 == 2 || (count > 1 && index == count - 1) ? .caddy : .nginx
    }

    /// Clocks that are kept by NTP differ by less than a millisecond.
    private static func smallOffset(_ generator: inout SeededGenerator) -> Int64 {
        Int64(min(max(generator.normal(), -3), 3) * 250_000)
    }
}
