/// The fleet's spans in the order in which its requests finish: pure, it neither waits nor sends.
struct SpanStream: Sendable {
    let sources: [TelemetrySource]
    private let end: UInt64
    private var traffic: TrafficGenerator
    private var emitter: FleetEmitter
    /// What clients ask mirrors for, the last first.
    private var elsewhere: [Exchange]
    private var upcoming: Exchange?
    private var unfinished = BinaryHeap<Exchange>()
    /// Requests that had not finished when the traffic's time was over; their spans never come.
    private(set) var cutOff = 0

    init(fleet: Fleet, plan: TrafficPlan, seed: UInt64) {
        traffic = TrafficGenerator(fleet: fleet, plan: plan, seed: seed)
        // Other ids at another time: two runs with one seed are no more the same traces than they are the same hour.
        emitter = FleetEmitter(fleet: fleet, start: plan.start, seed: seed ^ SplitMix.mixed(plan.start))
        sources = emitter.sources
        end = plan.end
        elsewhere =
            MirrorTraffic.exchanges(fleet: fleet, plan: plan, catalogue: .standard, seed: seed).reversed()
        upcoming = traffic.next()
    }

    /// The versions that are published meanwhile.
    var publications: PublicationPlan { traffic.publications }

    /// The request that starts after all before, of the fleet or of a mirror.
    private mutating func takeUpcoming() -> Exchange? {
        guard let other = elsewhere.last, other.start < upcoming?.start ?? .max else {
            defer { upcoming = traffic.next() }
            return upcoming
        }
        return elsewhere.popLast()
    }

    private var nextStart: UInt64? {
        let own = upcoming?.start
        guard let other = elsewhere.last?.start else { return own }
        return min(own ?? .max, other)
    }

    /// The next request that has finished by `time`, with its spans; nil when none has.
    mutating func next(until time: UInt64) -> (exchange: Exchange, spans: [EmittedSpan])? {
        let time = min(time, end)
        while let start = nextStart, start <= min(time, unfinished.firstPriority ?? .max),
            let exchange = takeUpcoming()
        {
            if exchange.finished <= end {
                unfinished.insert(exchange, priority: exchange.finished)
            } else {
                cutOff += 1
            }
        }
        guard let first = unfinished.firstPriority, first <= time, let exchange = unfinished.popFirst()
        else { return nil }
        return (exchange, emitter.spans(of: exchange))
    }
}
