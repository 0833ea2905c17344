/// The fleet's spans in the order in which its requests finish: pure, it neither waits nor sends.
struct SpanStream: Sendable {
    let sources: [TelemetrySource]
    private let end: UInt64
    private var traffic: TrafficGenerator
    private var emitter: FleetEmitter
    private var upcoming: Exchange?
    private var unfinished = BinaryHeap<Exchange>()
    /// Requests that had not finished when the traffic's time was over; their spans never come.
    private(set) var cutOff = 0

    init(fleet: Fleet, plan: TrafficPlan, seed: UInt64) {
        traffic = TrafficGenerator(fleet: fleet, plan: plan, seed: seed)
        // Other ids at another time: two runs with one seed are no more the same traces than they are the same hour.
        emitter = FleetEmitter(fleet: fleet, seed: seed ^ SplitMix.mixed(plan.start))
        sources = emitter.sources
        end = plan.end
        upcoming = traffic.next()
    }

    /// The next request that has finished by `time`, with its spans; nil when none has.
    mutating func next(until time: UInt64) -> (exchange: Exchange, spans: [EmittedSpan])? {
        let time = min(time, end)
        while let exchange = upcoming, exchange.start <= min(time, unfinished.firstPriority ?? .max) {
            if exchange.finished <= end {
                unfinished.insert(exchange, priority: exchange.finished)
            } else {
                cutOff += 1
            }
            upcoming = traffic.next()
        }
        guard let first = unfinished.firstPriority, first <= time, let exchange = unfinished.popFirst()
        else { return nil }
        return (exchange, emitter.spans(of: exchange))
    }
}
