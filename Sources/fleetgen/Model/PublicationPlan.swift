/// The versions that are published while the traffic goes on.
struct PublicationPlan: Sendable {
    let all: [Publication]
    private let byVersion: [String: Int]
    private let byModule: [String: [Int]]

    /// Nothing is published.
    init() {
        self.init([])
    }

    private init(_ all: [Publication]) {
        self.all = all
        byVersion = Dictionary(
            all.enumerated().map { ("\($1.module.path)@\($1.version.version)", $0) },
            uniquingKeysWith: { first, _ in first })
        byModule = Dictionary(grouping: all.indices) { all[$0].module.path }
    }

    /// New versions of popular modules, over the middle three fifths of the traffic. Each proxy sees them 2 to 150 s
    /// later, as its upstream does.
    init(fleet: Fleet, plan: TrafficPlan, catalogue: Catalogue, seed: UInt64) {
        var generator = SeededGenerator.stream("publications", seed: seed)
        let span = Double(plan.end - plan.start)
        let count = fleet.scenario.publicationCount
        let fault = fleet.faults.first { $0.kind.needsPublications }
        self.init(
            (0..<count).map { number in
                let rank = 3 + 7 * number % (catalogue.modules.count - 3)
                let module = catalogue.modules[rank]
                let share = 0.2 + 0.6 * (Double(number) + 0.5) / Double(count)
                let time =
                    fault.map { Self.time(number, of: count, in: $0, plan) }
                    ?? plan.start + UInt64(span * share)
                return Publication(
                    module: module, rank: rank, version: Self.next(of: module, number: number), time: time,
                    visible: Dictionary(
                        uniqueKeysWithValues: fleet.proxies.map { proxy in
                            let lag = min(max(generator.logNormal(median: 20, sigma: 0.8), 2), 150)
                            return (proxy.index, time + UInt64(seconds: lag))
                        }))
            })
    }

    /// Early within a fault that is about new versions, so that it is seen what becomes of them.
    private static func time(
        _ number: Int, of count: Int, in fault: PlannedFault, _ plan: TrafficPlan
    ) -> UInt64 {
        let rest = plan.end - plan.start - min(fault.afterNanos, plan.end - plan.start)
        let length = Double(min(fault.lengthNanos ?? rest, rest))
        let share = 0.05 + 0.25 * (Double(number) + 0.5) / Double(count)
        return min(plan.start + fault.afterNanos + UInt64(length * share), plan.end)
    }

    /// A version that no module of the catalogue has, as large as the module's newest.
    private static func next(of module: CatalogueModule, number: Int) -> ModuleVersion {
        let newest = module.versions[module.versions.count - 1]
        let major = newest.version.prefix { $0 != "." }
        let suffix = newest.version.hasSuffix("+incompatible") ? "+incompatible" : ""
        return ModuleVersion(
            version: "\(major).90.\(number)\(suffix)", zipBytes: newest.zipBytes, modBytes: newest.modBytes,
            infoBytes: newest.infoBytes)
    }

    /// The publication whose file is asked for.
    func publication(of target: RequestTarget) -> Publication? {
        guard !all.isEmpty, target.kind.isVersionFile else { return nil }
        return byVersion[target.versionKey].map { all[$0] }
    }

    /// Whether a file of a version is asked for that a proxy cannot get yet.
    func isMissing(_ target: RequestTarget, at proxy: FleetNode, time: UInt64) -> Bool {
        guard let visible = publication(of: target)?.visible[proxy.index] else { return false }
        return time < visible
    }

    /// By how much a module's list has grown for a proxy.
    func listBytes(of module: String, at proxy: FleetNode, time: UInt64) -> Int64 {
        guard !all.isEmpty, let numbers = byModule[module] else { return 0 }
        return numbers.reduce(0) { bytes, number in
            let isThere = all[number].visible[proxy.index].map { $0 <= time } ?? false
            return bytes + (isThere ? all[number].listBytes : 0)
        }
    }
}
