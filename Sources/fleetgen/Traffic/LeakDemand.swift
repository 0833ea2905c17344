/// Who asks the checksum database for private modules while a fault has it so: machines of which nobody has set GONOSUMDB.
enum LeakDemand {
    /// Where these modules come from.
    static let host = "git.corp.example"
    private static let modules = ["platform/billing", "platform/auth", "tools/release"]

    static func sessions(fleet: Fleet, plan: TrafficPlan, seed: UInt64) -> [FloodDemand.Session] {
        var generator = SeededGenerator.stream("leaks", seed: seed)
        var sessions: [FloodDemand.Session] = []
        for fault in fleet.faults where fault.kind == .privateLeak {
            let edges = fleet.edges.filter { fleet.nodes(of: fault)?.contains($0.index) ?? true }
            let begin = plan.start + fault.afterNanos
            let end = min(
                plan.end, fault.lengthNanos.map { begin + min($0, plan.end - plan.start) } ?? plan.end)
            guard !edges.isEmpty else { continue }
            var time = begin
            while true {
                time += UInt64(seconds: generator.exponential(mean: 3_600 / fault.strength))
                guard time < end else { break }
                let edge = edges[generator.index(below: edges.count)]
                let client = Client(ordinal: 60_000 + sessions.count % 3_000, edge: edge, using: &generator)
                let module = "\(host)/\(modules[generator.index(below: modules.count)])"
                let stages = [[lookup(module, "v1.\(generator.index(below: 9)).0")]]
                sessions.append(
                    FloodDemand.Session(time: time, plan: SessionPlan(client: client, stages: stages)))
            }
        }
        return sessions
    }

    /// The database has none of it, and knows of it from now on.
    private static func lookup(_ module: String, _ version: String) -> RequestTarget {
        let path = "/sumdb/sum.golang.org/lookup/\(module)@\(version)"
        return RequestTarget(
            kind: .sumdbLookup, wirePath: path, path: path, bytes: 0, zipBytes: 0, versionKey: "",
            popularityRank: 0, exists: false, modulePath: module, version: version)
    }
}
