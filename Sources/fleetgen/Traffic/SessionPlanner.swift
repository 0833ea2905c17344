/// What one run of the go command asks for, before anything is known about the answers.
struct SessionPlan: Sendable {
    /// Who asks; nil for an orchestrator's probe of a proxy.
    let client: Client?
    /// The targets of a stage are asked for at the same time, the next stage after all their answers.
    let stages: [[RequestTarget]]

    var requestCount: Int { stages.reduce(0) { $0 + $1.count } }
}

/// Invents the runs of the go command: which client, which modules, which requests in which order.
struct SessionPlanner: Sendable {
    private let catalogue: Catalogue
    private let clients: [Client]
    private let moduleRanks: ZipfDistribution
    private var generator: SeededGenerator

    init(fleet: Fleet, catalogue: Catalogue, seed: UInt64) {
        self.catalogue = catalogue
        var generator = SeededGenerator.stream("sessions", seed: seed)
        clients = (0..<400).map { Client(ordinal: $0, fleet: fleet, using: &generator) }
        // The exponent is near what download counts of public modules show.
        moduleRanks = ZipfDistribution(count: catalogue.modules.count, exponent: 1.1, shift: 2)
        self.generator = generator
    }

    mutating func next() -> SessionPlan {
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
        var probes = module.probedPrefixes.map(RequestTarget.probe)
        probes.append(.list(of: module, rank: rank))
        if generator.chance(0.4) { probes.append(.probe("\(module.path)/internal")) }
        var stages = [probes]
        if module.versions.allSatisfy({ $0.version.hasPrefix("v0.0.0-") }) || generator.chance(0.1) {
            stages.append([.latest(of: module, rank: rank)])
        }
        let newest = module.versions[module.versions.count - 1]
        return stages + fetch(newest, of: module, rank: rank, client: client)
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
        _ version: ModuleVersion, of module: CatalogueModule, rank: Int, client: Client
    ) -> [[RequestTarget]] {
        var stages: [[RequestTarget]] = [
            [.file(.info, of: version, in: module, rank: rank)],
            [.file(.mod, of: version, in: module, rank: rank)],
        ]
        if !client.hasChecksums {
            stages.append([.sumdbSupported])
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
