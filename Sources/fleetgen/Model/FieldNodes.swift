/// Makes the nodes of a fleet what a scenario says.
enum FieldNodes {
    /// Software of all kinds, clocks that are wrong, a node that is late and one that falls silent.
    static func change(_ edges: inout [FleetNode], _ proxies: inout [FleetNode]) {
        for index in edges.indices {
            let (kind, setup) = NodeSetup.field[index % NodeSetup.field.count]
            edges[index] = edges[index].with(kind: kind, setup: setup)
        }
        setClock(of: 2, in: &edges, to: 1_700_000_000)
        setClock(of: 6, in: &edges, to: -340_000_000)
        setClock(of: 0, in: &proxies, to: 120_000_000)
        if edges.count > 4 { edges[3].reporting = .late(nanos: 300_000_000_000) }
        if edges.count > 8 { edges[7].reporting = .silent }
        for index in proxies.indices {
            if index == 1 { proxies[index].setup.lock = .redis }
            if index == 2 { proxies[index].setup.isAsynchronous = true }
        }
    }

    private static func setClock(of index: Int, in nodes: inout [FleetNode], to nanos: Int64) {
        // A small fleet keeps a node with a right clock, or nothing could be told of clocks.
        guard index < nodes.count - 1 else { return }
        nodes[index] = nodes[index].with(clockOffsetNanos: nanos)
    }

    /// What a scenario says of single nodes.
    static func apply(_ scenario: Scenario, to nodes: inout [FleetNode]) {
        for index in nodes.indices {
            let instance = nodes[index].instance
            if let nanos = scenario.clockOffsets[instance] {
                nodes[index] = nodes[index].with(clockOffsetNanos: nanos)
            }
            if let reporting = scenario.reporting[instance] { nodes[index].reporting = reporting }
        }
    }

    /// The node that reports for a mirror: a Caddy, whose times are exact.
    static func mirror(_ mirror: Mirror, position: Int, index: Int, region: Region) -> FleetNode {
        var setup = NodeSetup()
        setup.host = mirror.host
        setup.caches = true
        setup.tellsCache = true
        return FleetNode(
            index: index, kind: .caddy, region: region, instance: "mirror-\(position + 1)",
            address: "10.250.0.\(10 + position)", isIdentified: true, slowness: 1, clockOffsetNanos: 0,
            setup: setup)
    }
}

extension FleetNode {
    /// The same node with other software, or with another clock.
    fileprivate func with(
        kind: EmitterKind? = nil, setup: NodeSetup? = nil, clockOffsetNanos: Int64? = nil
    ) -> FleetNode {
        FleetNode(
            index: index, kind: kind ?? self.kind, region: region, instance: instance, address: address,
            isIdentified: isIdentified, slowness: slowness,
            clockOffsetNanos: clockOffsetNanos ?? self.clockOffsetNanos, setup: setup ?? self.setup,
            reporting: reporting)
    }
}
