/// Plays the sessions of all clients against the fleet and gives every request in the order of their
/// starts. The same seed, plan and fleet give the same requests.
struct TrafficGenerator: Sendable {
    /// A session that has requests left, or one of the lanes of a session that go on at the same time.
    private struct RunningSession {
        let number: Int
        let plan: SessionPlan
        /// Which lane; nil for the stages before all lanes.
        var lane: Int?
        var stage: Int
        /// When the stage's requests start.
        var time: UInt64

        var stages: [[RequestTarget]] { lane.map { plan.lanes[$0] } ?? plan.stages }
    }

    /// What of a session is not over.
    private struct OpenSession {
        var lanes: Int
        /// When its last answer came so far.
        var end: UInt64
    }

    private let fleet: Fleet
    private let plan: TrafficPlan
    let publications: PublicationPlan
    private var planner: SessionPlanner
    private var generator: SeededGenerator
    private let faults: ActiveFaults
    private var edges: [EdgeSimulator]
    private var proxies: [ProxySimulator]

    private var nextSession: RunningSession?
    private var sessionCount = 0
    /// Sessions whose time is known, beside those that come by themselves.
    private var appointed = BinaryHeap<SessionPlan>()
    private var running = BinaryHeap<RunningSession>()
    private var open: [Int: OpenSession] = [:]
    private var ready: [Exchange] = []
    private var exchangeCount = 0

    init(fleet: Fleet, plan: TrafficPlan, seed: UInt64, catalogue: Catalogue = .standard) {
        let publications =
            fleet.scenario.publicationCount > 0
            ? PublicationPlan(fleet: fleet, plan: plan, catalogue: catalogue, seed: seed)
            : PublicationPlan()
        self.fleet = fleet
        self.plan = plan
        self.publications = publications
        planner = SessionPlanner(fleet: fleet, catalogue: catalogue, seed: seed)
        generator = SeededGenerator.stream("traffic", seed: seed)
        let faults = ActiveFaults(fleet, start: plan.start)
        self.faults = faults
        edges = fleet.edges.map {
            EdgeSimulator(node: $0, fleet: fleet, seed: seed, faults: faults, publications: publications)
        }
        proxies = fleet.proxies.map {
            ProxySimulator(node: $0, faults: faults, seed: seed, publications: publications)
        }
        let demand = PublicationDemand.sessions(
            publications, fleet: fleet, plan: plan, planner: &planner, seed: seed)
        for session in demand { appointed.insert(session.plan, priority: session.time) }
        for session in FloodDemand.sessions(fleet: fleet, plan: plan, planner: &planner, seed: seed) {
            appointed.insert(session.plan, priority: session.time)
        }
        for session in LeakDemand.sessions(fleet: fleet, plan: plan, seed: seed) {
            appointed.insert(session.plan, priority: session.time)
        }
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
        while true {
            let limit = running.firstPriority ?? .max
            let appointment = appointed.firstPriority ?? .max
            if let session = nextSession, session.time < limit, session.time <= appointment {
                begin(session)
                scheduleSession(after: session.time, requests: session.plan.requestCount)
            } else if appointment < limit, let session = appointed.popFirst() {
                begin(RunningSession(number: sessionCount, plan: session, stage: 0, time: appointment))
                sessionCount += 1
            } else {
                return
            }
        }
    }

    private mutating func begin(_ session: RunningSession) {
        if fleet.scenario.hasSessions { open[session.number] = OpenSession(lanes: 1, end: session.time) }
        if session.plan.stages.isEmpty {
            goOn(with: session)
        } else {
            running.insert(session, priority: session.time)
        }
    }

    /// What comes after the stages of a session or of a lane.
    private mutating func goOn(with session: RunningSession) {
        if session.lane == nil {
            for lane in session.plan.lanes.indices {
                var started = session
                started.lane = lane
                started.stage = 0
                running.insert(started, priority: started.time)
                open[session.number]?.lanes += 1
            }
        }
        finishLane(of: session)
    }

    private mutating func finishLane(of session: RunningSession) {
        guard var state = open[session.number] else { return }
        state.lanes -= 1
        guard state.lanes == 0 else {
            open[session.number] = state
            return
        }
        open[session.number] = nil
        guard let client = session.plan.client, generator.chance(0.2) else { return }
        // The client runs the go command again: at once, which is the same session to an onlooker, or later.
        let pause = generator.chance(0.4) ? 1 + 12 * generator.unit() : 17 + 50 * generator.unit()
        let time = state.end + UInt64(seconds: pause)
        guard time < plan.end else { return }
        appointed.insert(planner.next(returning: client), priority: time)
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
        let stages = session.stages
        let exchanges = stages[session.stage].map { target in
            serve(target, of: session.plan.client, at: session.time, session: session.number)
        }
        ready = exchanges.reversed()
        session.stage += 1
        let answered = exchanges.reduce(session.time) { max($0, $1.over) }
        if let end = open[session.number]?.end { open[session.number]?.end = max(end, answered) }
        // The go command stops at the first file that it does not get.
        guard !exchanges.contains(where: \.endsSession) else {
            return finishLane(of: session)
        }
        let isOver = session.stage == stages.count
        guard !isOver || (session.lane == nil && !session.plan.lanes.isEmpty) else {
            return finishLane(of: session)
        }
        session.time = answered + UInt64(milliseconds: generator.logNormal(median: 4, sigma: 0.6))
        guard session.time < plan.end else { return }
        if isOver { goOn(with: session) } else { running.insert(session, priority: session.time) }
    }

    private mutating func serve(
        _ target: RequestTarget, of client: Client?, at time: UInt64, session: Int
    ) -> Exchange {
        let number = exchangeCount
        exchangeCount += 1
        guard let client else {
            let index = generator.index(below: proxies.count)
            let leg = proxies[index].serve(target, at: time, using: &generator)
            return Exchange(number: number, client: nil, target: target, edge: nil, proxy: leg)
        }
        let asked = edge(of: client, at: time)
        let machine = BuildMachines.node(of: client, in: fleet)
        if let share = faults.strength(.ghostStatus, at: time, node: asked), generator.chance(share) {
            let waited = Interval(start: time, milliseconds: generator.logNormal(median: 3, sigma: 0.5))
            let leg = GoCommandLeg(machine: machine, session: session, interval: waited, status: 403)
            return Exchange(
                number: number, client: client, target: target, edge: nil, proxy: nil, goCommand: leg)
        }
        let proxyIndex = fleet.proxy(behind: asked).index - fleet.edges.count
        let (edge, proxy) = edges[asked.index].serve(
            target, of: client, at: time, proxy: &proxies[proxyIndex], using: &generator)
        var exchange = Exchange(number: number, client: client, target: target, edge: edge, proxy: proxy)
        let bypass = bypass(of: exchange)
        guard machine != nil || bypass != nil else { return exchange }
        // On the way to the edge and back.
        let way = UInt64(milliseconds: generator.logNormal(median: 2, sigma: 0.4))
        exchange.goCommand = GoCommandLeg(
            machine: machine, session: session,
            interval: Interval(start: time - way, end: exchange.answered + way), status: exchange.status,
            bypass: bypass)
        return exchange
    }

    /// When the go command gets what was not found from where it comes from; nil where it does not.
    private mutating func bypass(of exchange: Exchange) -> Interval? {
        guard exchange.status == 404, exchange.target.exists, exchange.target.kind.isVersionFile,
            faults.strength(.fallbackStorm, at: exchange.start) != nil
        else { return nil }
        let begin = exchange.answered + UInt64(milliseconds: 15)
        return Interval(start: begin, milliseconds: generator.logNormal(median: 1_800, sigma: 0.7))
    }

    /// The edge that the client's resolver gives it at a time.
    private func edge(of client: Client, at time: UInt64) -> FleetNode {
        guard let share = faults.strength(.misrouted, at: time, node: client.edge) else { return client.edge }
        let others = fleet.edges.filter { $0.region != client.region }
        // Always the same clients.
        let hash = client.lot
        guard !others.isEmpty, SplitMix.unit(hash, 0, 7_007) < share else { return client.edge }
        return others[Int(hash >> 8) % others.count]
    }
}
