import ArgumentParser

/// The options that say which fleet and which traffic there is.
struct FleetOptions: ParsableArguments {
    @Option(help: "Number of edge nodes; each region has one module proxy beside them.")
    var nodes = 12

    @Option(help: "Number of regions, 1 to 8.")
    var regions = 3

    @Option(
        name: .customLong("seed"),
        help: ArgumentHelp(
            "The same seed and start time give the same spans (default: another one each time).",
            valueName: "number"))
    var givenSeed: UInt64?

    /// That of a run that names none.
    private static let runSeed = UInt64.random(in: 0..<1 << 32)

    var seed: UInt64 { givenSeed ?? Self.runSeed }

    @Option(
        help: ArgumentHelp(
            "What goes wrong: \(Fault.allCases.map(\.rawValue).joined(separator: ", ")). When, where and how much behind a "
                + "colon: slow-node:after=30m,for=20m,strength=4,at=edge-fra-01. May be repeated (default: none).",
            valueName: "fault"))
    var fault: [PlannedFault] = []

    func validate() throws {
        guard (1...10_000).contains(nodes) else { throw ValidationError("--nodes has to be 1 to 10000") }
        guard (1...Region.all.count).contains(regions) else {
            throw ValidationError("--regions has to be 1 to \(Region.all.count)")
        }
        guard regions <= nodes else {
            throw ValidationError("--regions must not exceed --nodes: each region needs an edge node")
        }
        for fault in fault {
            guard let place = fault.place, let places = fleet.places(of: fault.kind), !places.contains(place)
            else { continue }
            throw ValidationError(
                "\(fault.kind.rawValue) cannot be at \(place); there are \(places.joined(separator: ", "))")
        }
    }

    var fleet: Fleet { fleet(Scenario()) }

    func fleet(_ scenario: Scenario) -> Fleet {
        Fleet(
            edgeCount: nodes, regionCount: regions, faults: fault.filter { $0.kind != .none }, seed: seed,
            scenario: scenario)
    }
}

extension PlannedFault: ExpressibleByArgument {}
