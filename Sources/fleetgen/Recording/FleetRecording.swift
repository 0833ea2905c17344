import OTLPModel

/// A run that is made at once instead of being waited for: what comes to the collector, when and from where, and what
/// was really going on.
package struct FleetRecording: Sendable {
    /// In the order of their arrival.
    package private(set) var deliveries: [Delivery] = []
    package private(set) var truth = FleetTruth()

    /// Spans of one node that leave it at one time.
    private struct Package: Hashable {
        let tick: UInt64
        let node: Int
    }

    /// A request ends at most so long after the first of its spans: what was to leave before that is complete.
    private static let patience = UInt64(seconds: 1_000)

    private let fleet: Fleet
    private let plan: TrafficPlan
    private let batchLimit: Int
    private let schedule: ReportingSchedule
    private let sources: [TelemetrySource]
    private var recorder: TruthRecorder
    /// By scope, what waits to be sent.
    private var packages: [Package: [[OTLPModel.Span]]] = [:]
    private var ticks = BinaryHeap<Package>()

    /// - Parameters:
    ///   - batchLimit: spans in one request at most.
    init(fleet: Fleet, plan: TrafficPlan, seed: UInt64, batchLimit: Int = 512) {
        var stream = SpanStream(fleet: fleet, plan: plan, seed: seed)
        self.fleet = fleet
        self.plan = plan
        self.batchLimit = batchLimit
        schedule = ReportingSchedule(fleet: fleet, plan: plan, seed: seed)
        sources = stream.sources
        recorder = TruthRecorder(
            fleet: fleet, plan: plan, seed: seed, publications: stream.publications, schedule: schedule,
            hasArrivals: true)
        while let (exchange, spans) = stream.next(until: .max) {
            recorder.add(exchange, spans: spans)
            for span in spans { add(span) }
            while let tick = ticks.firstPriority, tick + Self.patience < exchange.finished { sendFirst() }
        }
        while !ticks.isEmpty { sendFirst() }
        if fleet.scenario.hasHeartbeats { addHeartbeats() }
        if fleet.faults.contains(where: { $0.kind == .diskFull }) { addStorage(seed: seed) }
        if fleet.faults.contains(where: { $0.kind == .slowRecovery }) { addReadiness() }
        deliveries.sort { ($0.arrivalNanos, $0.instance) < ($1.arrivalNanos, $1.instance) }
        truth = recorder.truth(cutOff: stream.cutOff)
    }

    private mutating func add(_ emitted: EmittedSpan) {
        let node = sources[emitted.source].node
        let end = node.trueTime(of: emitted.span.endTimeUnixNano)
        guard let tick = schedule.tick(of: node, end) else { return }
        let key = Package(tick: tick, node: emitted.source)
        if packages[key] == nil {
            packages[key] = Array(repeating: [], count: sources[emitted.source].scopes.count)
            ticks.insert(key, priority: tick)
        }
        packages[key]?[emitted.scope].append(emitted.span)
    }

    private mutating func sendFirst() {
        guard let key = ticks.popFirst(), let scopes = packages.removeValue(forKey: key) else { return }
        let source = sources[key.node]
        let arrival = schedule.arrival(of: source.node, tick: key.tick)
        var batcher = SpanBatcher(
            sources: [source.with(resource: resource(of: source, at: key.tick))], limit: batchLimit)
        var batches: [TraceBatch] = []
        for (scope, spans) in scopes.enumerated() {
            for span in spans {
                if let batch = batcher.add(EmittedSpan(source: 0, scope: scope, span: span)) {
                    batches.append(batch)
                }
            }
        }
        for batch in batches + batcher.flush() {
            deliveries.append(
                Delivery(
                    signal: .traces, arrivalNanos: arrival, peerAddress: source.node.address,
                    instance: source.node.instance, items: batch.spanCount,
                    body: batch.request.protobufBytes()))
        }
        recorder.noteArrival(of: source.node.index, at: arrival, isHeartbeat: false)
    }

    private func resource(of source: TelemetrySource, at tick: UInt64) -> Resource {
        var resource = source.resource
        if let configuration = schedule.configuration(of: source.node, tick: tick) {
            resource.attributes.add("edge.config.version", configuration)
        }
        return resource
    }

    /// Once a minute, whenever a node says that it is alive.
    private mutating func addStorage(seed: UInt64) {
        let emitter = StorageEmitter(fleet: fleet, plan: plan, seed: seed)
        for node in fleet.servers {
            for (number, time) in schedule.heartbeats(of: node).enumerated() where number % 4 == 0 {
                let source = sources[node.index]
                let request = emitter.request(
                    of: source, resource: resource(of: source, at: time), at: time)
                deliveries.append(
                    Delivery(
                        signal: .metrics, arrivalNanos: schedule.arrival(of: node, tick: time),
                        peerAddress: node.address, instance: node.instance, items: 2,
                        body: request.protobufBytes()))
            }
        }
    }

    private mutating func addReadiness() {
        let emitter = ReadinessEmitter(nodes: fleet.servers, schedule: schedule)
        for time in stride(from: plan.start, to: plan.end, by: Int(ReadinessEmitter.interval)) {
            deliveries.append(
                Delivery(
                    signal: .metrics, arrivalNanos: time + UInt64(milliseconds: 5),
                    peerAddress: ReadinessEmitter.address, instance: ReadinessEmitter.instance,
                    items: fleet.servers.count, body: emitter.request(at: time).protobufBytes()))
        }
    }

    private mutating func addHeartbeats() {
        let versions = DeployedVersions(fleet, start: plan.start)
        for node in fleet.servers {
            for (number, time) in schedule.heartbeats(of: node).enumerated() {
                let source = sources[versions.source(of: node.index, at: time)]
                let age = schedule.configurationAge(of: source.node, at: time)
                let request = HeartbeatEmitter.request(
                    of: source, resource: resource(of: source, at: time), at: time, since: plan.start,
                    number: number, configurationAge: age)
                let arrival = schedule.arrival(of: source.node, tick: time)
                deliveries.append(
                    Delivery(
                        signal: .metrics, arrivalNanos: arrival, peerAddress: source.node.address,
                        instance: source.node.instance, items: age == nil ? 2 : 3,
                        body: request.protobufBytes()))
                recorder.noteArrival(of: source.node.index, at: arrival, isHeartbeat: true)
            }
        }
    }
}

extension FleetRecording {
    /// A recording for tests of other parts of the project.
    ///
    /// - Parameters:
    ///   - start: nanoseconds since the Unix epoch, UTC.
    ///   - seconds: how long the traffic lasts.
    ///   - rate: mean number of requests a second.
    ///   - nodes: edge nodes, 1 or more; `regions` of them have a proxy each.
    package static func made(
        _ scenario: Scenario, seed: UInt64, start: UInt64, seconds: Double, rate: Double, nodes: Int = 12,
        regions: Int = 3
    ) -> FleetRecording {
        FleetRecording(
            fleet: Fleet(
                edgeCount: nodes, regionCount: regions, faults: [], seed: seed, scenario: scenario),
            plan: TrafficPlan(start: start, end: start + UInt64(seconds: seconds), requestsPerSecond: rate),
            seed: seed)
    }
}
