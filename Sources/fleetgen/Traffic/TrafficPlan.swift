/// How much traffic there is, and when.
struct TrafficPlan: Hashable, Sendable {
    /// When the first sessions start, in nanoseconds since the Unix epoch, UTC.
    let start: UInt64
    /// No request starts at or after this time.
    let end: UInt64
    /// Mean number of requests a second over that time.
    let requestsPerSecond: Double

    init(start: UInt64, end: UInt64, requestsPerSecond: Double) {
        precondition(end > start, "traffic needs some time")
        precondition(requestsPerSecond > 0, "traffic needs a rate above 0")
        self.start = start
        self.end = end
        self.requestsPerSecond = requestsPerSecond
    }
}
