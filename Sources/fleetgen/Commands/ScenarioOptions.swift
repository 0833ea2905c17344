import ArgumentParser

/// The options that say what an analyst has to cope with.
struct ScenarioOptions: ParsableArguments {
    enum Name: String, CaseIterable, ExpressibleByArgument {
        /// Traffic that is healthy, but for `--fault`, and reported well.
        case plain
        /// Edges of all kinds, configured well or not at all, wrong clocks, a late node and a silent one, sessions,
        /// versions that are published meanwhile, heartbeats and configurations.
        case field
    }

    @Option(help: "What there is besides healthy traffic that is reported well.")
    var scenario = Name.plain

    @Option(
        help: ArgumentHelp(
            "Versions that are published meanwhile, and asked for too early (default: 6 in the field, else none).",
            valueName: "count"))
    var publish: Int?

    @Option(
        name: .customLong("clock-offset"),
        help: ArgumentHelp(
            "A node's clock is ahead by so much; with a minus, behind.", valueName: "node=duration"))
    var clockOffsets: [NodeDuration] = []

    @Option(
        name: .customLong("late"),
        help: ArgumentHelp(
            "A node has no link for so long around the middle, and tells later what it saw.",
            valueName: "node=duration"))
    var late: [NodeDuration] = []

    @Option(
        name: .customLong("silent"),
        help: ArgumentHelp("A node tells nothing from the middle on, though it serves.", valueName: "node"))
    var silent: [String] = []

    @Option(
        name: .customLong("mirror"),
        help: ArgumentHelp(
            "Another mirror that clients use, with 60 sessions that take exactly so long in the mean.",
            valueName: "host=duration"))
    var mirrors: [NodeDuration] = []

    /// What was asked for.
    var made: Scenario {
        var made = scenario == .field ? Scenario.field : Scenario()
        if let publish { made.publicationCount = publish }
        for offset in clockOffsets { made.clockOffsets[offset.name] = offset.nanoseconds }
        for node in late { made.reporting[node.name] = .late(nanos: UInt64(node.nanoseconds)) }
        for node in silent { made.reporting[node] = .silent }
        made.mirrors = mirrors.map { Mirror(host: $0.name, meanSessionNanos: UInt64($0.nanoseconds)) }
        return made
    }

    func validate() throws {
        guard (0...40).contains(publish ?? 0) else { throw ValidationError("--publish has to be 0 to 40") }
        guard mirrors.count <= 8 else { throw ValidationError("there can be 8 mirrors at most") }
        guard Set(mirrors.map(\.name)).count == mirrors.count else {
            throw ValidationError("--mirror names a host twice")
        }
        for (option, given) in [("--late", late), ("--mirror", mirrors)]
        where given.contains(where: { $0.nanoseconds < 0 }) {
            throw ValidationError("\(option) needs a duration above 0")
        }
    }

    /// - Throws: `ValidationError` for a node that the fleet has not.
    func validate(nodesOf fleet: Fleet) throws {
        let known = Set((fleet.edges + fleet.proxies).map(\.instance))
        for name in (clockOffsets + late).map(\.name) + silent where !known.contains(name) {
            throw ValidationError("there is no node \(name): fleetgen --dry-run lists them")
        }
    }
}
