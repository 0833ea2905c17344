/// Who asks while a fault has far more requests come than usual: a client of its own for each short run, which looks for
/// versions of what is popular.
enum FloodDemand {
    /// A client that begins at a given time.
    struct Session: Sendable {
        let time: UInt64
        let plan: SessionPlan
    }

    static func sessions(
        fleet: Fleet, plan: TrafficPlan, planner: inout SessionPlanner, seed: UInt64
    ) -> [Session] {
        var generator = SeededGenerator.stream("flood", seed: seed)
        var sessions: [Session] = []
        for fault in fleet.faults where fault.kind == .rateAnomaly {
            let edges = fleet.edges.filter { fleet.nodes(of: fault)?.contains($0.index) ?? true }
            let share = Double(edges.count) / Double(fleet.edges.count)
            let rate = plan.requestsPerSecond * share * max(0, fault.strength - 1)
            let begin = plan.start + fault.afterNanos
            let end = min(
                plan.end, fault.lengthNanos.map { begin + min($0, plan.end - plan.start) } ?? plan.end)
            guard !edges.isEmpty, rate > 0 else { continue }
            var time = begin
            while true {
                let edge = edges[generator.index(below: edges.count)]
                let session = planner.stranger(Client(stranger: sessions.count, edge: edge))
                time += UInt64(seconds: generator.exponential(mean: Double(session.requestCount) / rate))
                guard time < end else { break }
                sessions.append(Session(time: time, plan: session))
            }
        }
        return sessions
    }
}
