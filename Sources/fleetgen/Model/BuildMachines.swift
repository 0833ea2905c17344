/// Machines of continuous integration that keep the log of each go command (`-x`) and tell it as spans.
enum BuildMachines {
    private static let countPerRegion = 2
    /// One client of so many runs on one of them.
    private static let clientsPerRecorded: UInt64 = 3

    /// - Parameter first: the index of the first of them
    static func nodes(of regions: [Region], from first: Int) -> [FleetNode] {
        (0..<regions.count * countPerRegion).map { position in
            let region = regions[position / countPerRegion]
            let ordinal = position % countPerRegion + 1
            return FleetNode(
                index: first + position, kind: .go, region: region, instance: "ci-\(region.site)-0\(ordinal)",
                address: "10.\(region.octet).220.\(ordinal)", isIdentified: true, slowness: 1,
                clockOffsetNanos: 0)
        }
    }

    /// Which of them a client runs on; nil for most.
    static func node(of client: Client, in fleet: Fleet) -> FleetNode? {
        guard !fleet.buildMachines.isEmpty, client.lot % clientsPerRecorded == 0 else { return nil }
        let near = fleet.buildMachines.filter { $0.region == client.region }
        return near.isEmpty ? nil : near[Int(client.lot >> 8) % near.count]
    }
}
