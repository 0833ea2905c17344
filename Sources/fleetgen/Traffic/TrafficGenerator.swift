/// Plays the sessions of all clients against the fleet and gives every request in the order of their
/// starts. The same seed, plan and fleet give the same requests.
struct TrafficGenerator: Sendable {
    /// A session that has requests left.
    private struct RunningSession {
        let number: Int
        let plan: SessionPlan
        var stage: Int
        /// When the stage's requests start.
        var time: UInt64
    }

    private let fleet: Fleet
    private let plan: TrafficPlan
    private var planner: SessionPlanner
    private var generator: SeededGenerator
    private var edges: [EdgeSimulator]
    private var proxies: [ProxySimulator]

    private var nextSession: RunningSession?
    private var sessionCount = 0
    private var running = BinaryHeap<RunningSession>()
    private var ready: [Exchange] = []
    private var exchangeCount = 0

    init(fleet: Fleet, plan: TrafficPlan, seed: UInt64, catalogue: Catalogue = .standard) {
        self.fleet = fleet
        self.plan = plan
        planner = SessionPlanner(fleet: fleet, catalogue: catalogue, seed: seed)
        generator = SeededGenerator.stream("traffic", seed: seed)
        edges = fleet.edges.map { EdgeSimulator(node: $0, fleet: fleet, seed: seed) }
        proxies = fleet.proxies.map { ProxySimulator(node: $0, fault: fleet.fault, seed: seed) }
        scheduleSession(after: plan.start)
    }

    /// The next request, or nil when the traffic's time is over.
    mutating func next() -> Exchange? {
        while ready.isEmpty {
            startDueSessions()
            guard let session = running.popFirst() else { return nil }
            play(session)
        }
        return ready.popLast()
    }

    /// Moves new sessions in as long as they begin before anything that runs goes on.
    private mutating func startDueSessions() {
        while let session = nextSession, session.time < running.firstPriority ?? .max {
            running.insert(session, priority: session.time)
            scheduleSession(after: session.time, requests: session.plan.requestCount)
        }
    }

    /// The mean distance of sessions follows from how many requests they make.
    private mutating func scheduleSession(after time: UInt64, requests: Int = 1) {
        let session = planner.next()
        let mean = Double(requests) / plan.requestsPerSecond
        let begin = time + UInt64(seconds: generator.exponential(mean: mean))
        guard begin < plan.end else {
            nextSession = nil
            return
        }
        nextSession = RunningSession(number: sessionCount, plan: session, stage: 0, time: begin)
        sessionCount += 1
    }

    private mutating func play(_ session: RunningSession) {
        var session = session
        let exchanges = session.plan.stages[session.stage].map { target in
            serve(target, of: session.plan.client, at: session.time)
        }
        ready = exchanges.reversed()
        session.stage += 1
        // The go command stops at the first file that it does not get.
        let failed = exchanges.contains { $0.status != 200 && $0.target.exists }
        guard session.stage < session.plan.stages.count, !failed else { return }
        let answered = exchanges.reduce(session.time) { max($0, $1.answered) }
        session.time = answered + UInt64(milliseconds: generator.logNormal(median: 4, sigma: 0.6))
        guard session.time < plan.end else { return }
        running.insert(session, priority: session.time)
    }

    private mutating func serve(_ target: RequestTarget, of client: Client?, at time: UInt64) -> Exchange {
        let number = exchangeCount
        exchangeCount += 1
        guard let client else {
            let index = generator.index(below: proxies.count)
            let leg = proxies[index].serve(target, at: time, using: &generator)
            return Exchange(number: number, client: nil, target: target, edge: nil, proxy: leg)
        }
        let edgeIndex = client.edge.index
        let proxyIndex = fleet.proxy(behind: client.edge).index - fleet.edges.count
        let (edge, proxy) = edges[edgeIndex].serve(
            target, of: client, at: time, proxy: &proxies[proxyIndex], using: &generator)
        return Exchange(number: number, client: client, target: target, edge: edge, proxy: proxy)
    }
}
