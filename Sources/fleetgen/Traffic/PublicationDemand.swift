/// Who asks for versions that were just published, and for the lists that they appear in: early enough to be refused,
/// often enough that each node says when it had them.
enum PublicationDemand {
    /// A run of the go command that begins at a given time.
    struct Session: Sendable {
        let time: UInt64
        let plan: SessionPlan
    }

    /// Seconds between the runs that ask one edge for a new version.
    private static let askEvery = 7.0
    /// Seconds between the looks at a list at one edge: longer than an edge keeps it now and then.
    private static let listEvery = 25.0

    static func sessions(
        _ publications: PublicationPlan, fleet: Fleet, plan: TrafficPlan, planner: inout SessionPlanner,
        seed: UInt64
    ) -> [Session] {
        var generator = SeededGenerator.stream("demand", seed: seed)
        var sessions: [Session] = []
        /// How long a fault is looked at, in seconds: refusals count a minute after others were given a version, lists
        /// five minutes after.
        func watch(_ kind: Fault, _ edge: FleetNode, _ seconds: Double) -> Double {
            let isThere = fleet.faults.contains {
                $0.kind == kind && fleet.nodes(of: $0)?.contains(edge.index) == true
            }
            return isThere ? seconds : 0
        }
        for publication in publications.all {
            let file = { (kind: RequestKind) in
                RequestTarget.file(
                    kind, of: publication.version, in: publication.module, rank: publication.rank)
            }
            let list = RequestTarget.list(of: publication.module, rank: publication.rank)
            for edge in fleet.edges {
                let visible = publication.visible[fleet.proxy(behind: edge).index] ?? publication.time
                let lag = Double(visible - publication.time) / 1e9
                func add(_ stages: [[RequestTarget]], _ seconds: Double) {
                    let offset = Int64((seconds + generator.unit() * 5) * 1e9)
                    let time = publication.time &+ UInt64(bitPattern: offset)
                    guard time >= plan.start, time < plan.end else { return }
                    let client = planner.newClient(of: edge)
                    sessions.append(Session(time: time, plan: SessionPlan(client: client, stages: stages)))
                }
                for step in stride(
                    from: -2 * askEvery, to: lag + 60 + watch(.negativeCache, edge, 240), by: askEvery)
                {
                    add([[file(.info)], [file(.mod)], [file(.zip)]], step)
                }
                let listsUntil = lag + 120 + watch(.staleList, edge, 600)
                for step in stride(from: -2 * listEvery, to: listsUntil, by: listEvery) {
                    add([[list]], step)
                }
            }
        }
        return sessions.sorted { $0.time < $1.time }
    }
}
