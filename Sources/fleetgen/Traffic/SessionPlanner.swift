/// What one run of the go command asks for, before anything is known about the answers.
struct SessionPlan: Sendable {
    /// Who asks; nil for an orchestrator's probe of a proxy.
    let client: Client?
    /// The targets of a stage are asked for at the same time, the next stage after all their answers.
    let stages: [[RequestTarget]]
    /// What goes on at the same time once the stages are over: the stages of each.
    var lanes: [[[RequestTarget]]] = []

    var requestCount: Int {
        (stages + lanes.joined()).reduce(0) { $0 + $1.count }
    }
}

/// Invents the runs of the go command: which client, which modules, which requests in which order.
struct SessionPlanner: Sendable {
    private let catalogue: Catalogue
    private let clients: [Client]
    private let edges: [FleetNode]
    private let hasOwnClients: Bool
    /// By path.
    private let ranks: [String: Int]
    private let moduleRanks: ZipfDistribution
    private var generator: SeededGenerator
    private var clientCount = 0

    init(fleet: Fleet, catalogue: Catalogue, seed: UInt64) {
        self.catalogue = catalogue
        var generator = SeededGenerator.stream("sessions", seed: seed)
        clients = (0..<400).map { Client(ordinal: $0, fleet: fleet, using: &generator) }
        // The exponent is near what download counts of public modules show.
        moduleRanks = ZipfDistribution(count: catalogue.modules.count, exponent: 1.1, shift: 2)
        edges = fleet.edges
        hasOwnClients = fleet.scenario.hasSessions
        ranks =
            hasOwnClients
            ? Dictionary(
                catalogue.modules.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
            : [:]
        self.generator = generator
    }

    /// A client that asked for nothing yet.
    mutating func newClient(of edge: FleetNode) -> Client {
        defer { clientCount += 1 }
        return Client(ordinal: clientCount, edge: edge, using: &generator)
    }

    /// What a client asks for that is no go command.
    mutating func stranger(_ client: Client) -> SessionPlan { SessionPlan(client: client, stages: watch()) }

    /// - Parameter returning: the client that runs the go command again; nil for any other.
    mutating func next(returning: Client? = nil) -> SessionPlan {
        guard !hasOwnClients else { return nextOfOwnClient(returning) }
        let client = clients[generator.index(below: clients.count)]
        let choice = generator.unit()
        let stages: [[RequestTarget]] =
            switch choice {
            case ..<0.40: download(for: client)
            case ..<0.58: build(for: client)
            case ..<0.83: resolve(for: client)
            case ..<0.87: branch(for: client)
            case ..<0.88: toolchain(for: client)
            case ..<0.95: watch()
            default: []
            }
        return stages.isEmpty
            ? SessionPlan(client: nil, stages: [[.health]]) : SessionPlan(client: client, stages: stages)
    }

    /// A run of the go command on a machine of its own.
    private mutating func nextOfOwnClient(_ returning: Client?) -> SessionPlan {
        let choice = returning == nil ? generator.unit() : generator.unit() * 0.9
        if choice > 0.97 { return SessionPlan(client: nil, stages: [[.health]]) }
        let client = returning ?? newClient(of: edges[generator.index(below: edges.count)])
        return switch choice {
        case ..<0.40: parallelDownload(for: client)
        case ..<0.55: parallelBuild(for: client)
        case ..<0.80: SessionPlan(client: client, stages: resolve(for: client))
        case ..<0.84: SessionPlan(client: client, stages: branch(for: client))
        case ..<0.85: SessionPlan(client: client, stages: toolchain(for: client))
        default: SessionPlan(client: client, stages: watch())
        }
    }

    /// `go mod download` on a machine with four processors: so many modules at a time, each file after the other.
    private mutating func parallelDownload(for client: Client) -> SessionPlan {
        var lanes: [[[RequestTarget]]] = Array(repeating: [], count: 4)
        var seen: Set<String> = []
        for number in 0..<(2 + generator.index(below: 9)) {
            let (module, rank) = pickModule()
            guard seen.insert(module.path).inserted else { continue }
            lanes[number % 4] += fetch(
                pickVersion(of: module), of: module, rank: rank, client: client, asksForSupport: false)
        }
        // Whether the proxy knows the sum database is asked once in a run.
        return SessionPlan(
            client: client, stages: client.hasChecksums ? [] : [[.sumdbSupported]],
            lanes: lanes.filter { !$0.isEmpty })
    }

    /// `go build` with an empty module cache: go.mod of the whole graph first, then the code, as much as possible
    /// at the same time.
    private mutating func parallelBuild(for client: Client) -> SessionPlan {
        let stages = build(for: client)
        return SessionPlan(
            client: client, stages: Array(stages.prefix(1)), lanes: stages.dropFirst().map { [$0] })
    }

    /// `go mod download`: one to four modules one after the other.
    private mutating func download(for client: Client) -> [[RequestTarget]] {
        (0..<(1 + generator.index(below: 4))).flatMap { _ in
            let (module, rank) = pickModule()
            return fetch(pickVersion(of: module), of: module, rank: rank, client: client)
        }
    }

    /// `go build` with an empty module cache: go.mod of the whole graph first, then the code.
    private mutating func build(for client: Client) -> [[RequestTarget]] {
        let picks = (0..<(4 + generator.index(below: 8))).map { _ in
            let (module, rank) = pickModule()
            return (module: module, rank: rank, version: pickVersion(of: module))
        }
        var stages = [picks.map { RequestTarget.file(.mod, of: $0.version, in: $0.module, rank: $0.rank) }]
        for pick in picks.prefix(1 + generator.index(below: 4)) {
            stages.append([.file(.zip, of: pick.version, in: pick.module, rank: pick.rank)])
        }
        return stages
    }

    /// `go get module/package@latest`: every prefix of the path is tried at once.
    private mutating func resolve(for client: Client) -> [[RequestTarget]] {
        let (module, rank) = pickModule()
        var probes = module.probedPrefixes.map { probe($0) }
        probes.append(.list(of: module, rank: rank))
        if generator.chance(0.4) { probes.append(.probe("\(module.path)/internal")) }
        var stages = [probes]
        if module.versions.allSatisfy({ $0.version.hasPrefix("v0.0.0-") }) || generator.chance(0.1) {
            stages.append([.latest(of: module, rank: rank)])
        }
        let newest = module.versions[module.versions.count - 1]
        return stages + fetch(newest, of: module, rank: rank, client: client)
    }

    /// The list of a path prefix, which may be a module itself.
    private func probe(_ prefix: String) -> RequestTarget {
        guard hasOwnClients, let rank = ranks[prefix] else { return .probe(prefix) }
        return .list(of: catalogue.modules[rank], rank: rank)
    }

    /// `go get module@main`.
    private mutating func branch(for client: Client) -> [[RequestTarget]] {
        let (module, rank) = pickModule()
        let version = pickVersion(of: module)
        return [
            [.query(generator.chance(0.7) ? "main" : "master", of: module, rank: rank)],
            [.file(.mod, of: version, in: module, rank: rank)],
            [.file(.zip, of: version, in: module, rank: rank)],
        ]
    }

    /// The go command changing to another release of itself; the sum database is always asked then.
    private mutating func toolchain(for client: Client) -> [[RequestTarget]] {
        let module = catalogue.toolchain
        let version = module.versions[generator.index(below: module.versions.count)]
        return [
            [.sumdbLookup(version, of: module, rank: 0)],
            [.file(.zip, of: version, in: module, rank: 0)],
        ]
    }

    /// A bot that looks for new versions.
    private mutating func watch() -> [[RequestTarget]] {
        (0..<(1 + generator.index(below: 3))).map { _ in
            let (module, rank) = pickModule()
            return generator.chance(0.7) ? [.list(of: module, rank: rank)] : [.latest(of: module, rank: rank)]
        }
    }

    /// info, mod, checksums, zip: serial, as the go command does inside one module.
    private mutating func fetch(
        _ version: ModuleVersion, of module: CatalogueModule, rank: Int, client: Client,
        asksForSupport: Bool = true
    ) -> [[RequestTarget]] {
        var stages: [[RequestTarget]] = [
            [.file(.info, of: version, in: module, rank: rank)],
            [.file(.mod, of: version, in: module, rank: rank)],
        ]
        if !client.hasChecksums {
            if asksForSupport { stages.append([.sumdbSupported]) }
            stages.append([.sumdbLookup(version, of: module, rank: rank)])
            stages.append(tiles())
        }
        stages.append([.file(.zip, of: version, in: module, rank: rank)])
        return stages
    }

    /// The tiles that prove a record: full ones far left, a partial one at the tree's edge.
    private mutating func tiles() -> [RequestTarget] {
        [
            .sumdbTile(level: 0, number: 120_000 + generator.index(below: 20_000), width: 256),
            .sumdbTile(level: 1, number: 470 + generator.index(below: 70), width: 256),
            .sumdbTile(level: 2, number: 2, width: 20 + generator.index(below: 4)),
        ]
    }

    private mutating func pickModule() -> (module: CatalogueModule, rank: Int) {
        let rank = moduleRanks.rank(using: &generator)
        return (catalogue.modules[rank], rank)
    }

    /// The newest version for half of the requests, some older one for the others.
    private mutating func pickVersion(of module: CatalogueModule) -> ModuleVersion {
        let count = module.versions.count
        let fromNewest = generator.chance(0.5) ? 0 : generator.index(below: count)
        return module.versions[count - 1 - fromNewest]
    }
}
