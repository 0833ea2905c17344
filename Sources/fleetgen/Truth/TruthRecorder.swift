import OTLPModel

/// Writes down what was really going on while a run is made.
struct TruthRecorder: Sendable {
    /// What is counted of a node on the way.
    private struct Tally: Sendable {
        var truth: NodeTruth
        var durations: [UInt64] = []
        var lags: [UInt64] = []
        var arrivals: (first: UInt64, last: UInt64)?
    }

    private let fleet: Fleet
    private let plan: TrafficPlan
    private let publications: PublicationPlan
    private let schedule: ReportingSchedule
    private let hasArrivals: Bool
    private let versions: DeployedVersions
    private var tallies: [Tally]
    private var requests: [RequestTruth] = []
    /// By version.
    private var answers: [String: [VersionAnswer]] = [:]
    private var run = RunTruth()

    /// - Parameter hasArrivals: whether telemetry arrives when `schedule` says; else it is sent as it comes.
    init(
        fleet: Fleet, plan: TrafficPlan, seed: UInt64, publications: PublicationPlan,
        schedule: ReportingSchedule, hasArrivals: Bool
    ) {
        self.fleet = fleet
        self.plan = plan
        self.publications = publications
        self.schedule = schedule
        self.hasArrivals = hasArrivals
        versions = DeployedVersions(fleet, start: plan.start)
        run.seed = seed
        run.startNs = plan.start
        run.endNs = plan.end
        run.fault = fleet.faults.isEmpty ? "none" : fleet.faults.map(\.kind.rawValue).joined(separator: ",")
        run.faults = fleet.faults.map { fault in
            FaultTruth(
                kind: fault.kind.rawValue, startNs: plan.start + fault.afterNanos,
                endNs: fault.lengthNanos.map { plan.start + fault.afterNanos + $0 }, strength: fault.strength,
                places: fleet.nodes(of: fault).map { indices in
                    fleet.nodes.filter { indices.contains($0.index) }.map(\.reportedName)
                } ?? (fault.place.map { [$0] } ?? []))
        }
        let roles =
            fleet.edges.map { _ in "edge" } + fleet.proxies.map { _ in "proxy" }
            + fleet.mirrors.map { _ in "mirror" } + fleet.buildMachines.map { _ in "client" }
        tallies = zip(fleet.nodes, roles).map { node, role in
            var truth = NodeTruth(node, role: role)
            if let outage = schedule.outage(of: node) {
                (truth.lateFromNs, truth.lateUntilNs) = (outage.start, outage.end)
            }
            truth.silentFromNs = schedule.silence(of: node)
            truth.configurations = schedule.configurations(of: node)
            return Tally(truth: truth)
        }
    }

    /// Notes a request with all that it left behind.
    mutating func add(_ exchange: Exchange, spans: [EmittedSpan]) {
        for span in spans { add(span) }
        // What never came to a server is a request of nobody's who answers for it.
        guard exchange.isServed else { return }
        let spans = spans.filter { versions.node(ofSource: $0.source).kind != .go }
        // What a node's span says of its end decides, which nginx rounds.
        var ends: [Int: UInt64] = [:]
        for emitted in spans where emitted.span.kind == .server {
            let node = versions.node(ofSource: emitted.source)
            ends[node.index] = node.trueTime(of: emitted.span.endTimeUnixNano)
        }
        func isDelivered(_ node: FleetNode) -> Bool {
            ends[node.index].map { schedule.tick(of: node, $0) != nil } ?? false
        }
        requests.append(RequestTruth(of: exchange, spans: spans, isDelivered: isDelivered))
        let files = publications.publication(of: exchange.target) != nil
        var answered: [(node: FleetNode, interval: Interval, status: Int, bytes: Int64)] = []
        if let edge = exchange.edge {
            answered.append((edge.node, edge.interval, edge.status, edge.bodyBytes))
        }
        if let proxy = exchange.proxy {
            answered.append((proxy.node, proxy.interval, proxy.status, proxy.bodyBytes))
        }
        let cache = requests[requests.count - 1].cache
        for (node, interval, status, bytes) in answered {
            tallies[node.index].truth.requests += 1
            guard isDelivered(node) else { continue }
            tallies[node.index].truth.deliveredRequests += 1
            tallies[node.index].truth.statuses[String(status), default: 0] += 1
            tallies[node.index].truth.bodyBytes += bytes
            if let result = node.kind == .athens ? cache.proxy : cache.edge {
                tallies[node.index].truth.cacheResults[result, default: 0] += 1
            }
            guard files else { continue }
            answers[exchange.target.versionKey, default: []].append(
                VersionAnswer(
                    node: node.index, interval: interval, status: status,
                    isCoalesced: node.kind == .athens && cache.proxy == "coalesced"))
        }
    }

    private mutating func add(_ emitted: EmittedSpan) {
        let node = versions.node(ofSource: emitted.source)
        run.spans += 1
        tallies[node.index].truth.spans += 1
        let end = node.trueTime(of: emitted.span.endTimeUnixNano)
        guard let tick = schedule.tick(of: node, end) else { return }
        run.deliveredSpans += 1
        tallies[node.index].truth.deliveredSpans += 1
        if emitted.span.kind == .server {
            tallies[node.index].durations.append(
                emitted.span.endTimeUnixNano &- emitted.span.startTimeUnixNano)
        }
        let arrival = schedule.arrival(of: node, tick: tick)
        tallies[node.index].lags.append(arrival > end ? arrival - end : 0)
    }

    /// Notes that something of a node arrived.
    mutating func noteArrival(of node: Int, at time: UInt64, isHeartbeat: Bool) {
        let known = tallies[node].arrivals ?? (time, time)
        tallies[node].arrivals = (min(known.first, time), max(known.last, time))
        if isHeartbeat { tallies[node].truth.heartbeats += 1 }
    }

    /// Everything that was noted.
    func truth(cutOff: Int) -> FleetTruth {
        var truth = FleetTruth()
        truth.run = run
        truth.run.requests = requests.count
        truth.run.cutOff = cutOff
        truth.nodes = tallies.map { finished($0) }
        truth.publications = publications.all.map { publication in
            let key = "\(publication.module.path)@\(publication.version.version)"
            return PublicationTruth(publication, answers: answers[key] ?? [], nodes: fleet.nodes)
        }
        truth.requests = requests
        (truth.sessions, truth.fetches) = SessionGrouping.sessions(of: &truth.requests)
        truth.mirrors = fleet.mirrors.map { node in
            let sessions = truth.sessions.filter { $0.host == node.setup.host }
            var mirror = MirrorTruth()
            mirror.host = node.setup.host
            mirror.sessions = sessions.count
            let total = sessions.reduce(0 as UInt64) { $0 + $1.durationNs }
            mirror.meanSessionNs = Double(total) / Double(max(1, sessions.count))
            return mirror
        }
        return truth
    }

    private func finished(_ tally: Tally) -> NodeTruth {
        var truth = tally.truth
        let durations = tally.durations.sorted()
        truth.durationP50Ns = Quantile.value(0.50, of: durations)
        truth.durationP95Ns = Quantile.value(0.95, of: durations)
        truth.durationP99Ns = Quantile.value(0.99, of: durations)
        truth.durationMaxNs = durations.last
        guard hasArrivals, let arrivals = tally.arrivals else { return truth }
        let lags = tally.lags.sorted()
        var lag = ArrivalLagTruth()
        lag.minNs = lags.first ?? 0
        lag.p50Ns = Quantile.value(0.50, of: lags) ?? 0
        lag.p95Ns = Quantile.value(0.95, of: lags) ?? 0
        lag.maxNs = lags.last ?? 0
        lag.firstArrivalNs = arrivals.first
        lag.lastArrivalNs = arrivals.last
        truth.arrivalLag = lag
        return truth
    }
}
