import OTLPModel

/// Where the requests of a load come from.
enum LoadBodies {
    /// The time that generated traffic covers, ending with the present.
    private static let windowNanos = UInt64(seconds: 50 * 60)

    /// Requests of the sample fleet, each with `spansPerBody` spans of one node, all ids distinct.
    ///
    /// - Parameters:
    ///   - count: how many requests, at least 1.
    ///   - end: when the traffic ends, in nanoseconds since the Unix epoch, UTC.
    static func generated(
        count: Int, spansPerBody: Int, fleet: Fleet, seed: UInt64, end: UInt64, compresses: Bool
    ) -> [LoadBody] {
        var bodies: [LoadBody] = []
        bodies.reserveCapacity(count)
        // A client's request makes about three spans; what is too much is left over.
        let requestsPerSecond = Double(count) * Double(spansPerBody) / 2 / (Double(windowNanos) / 1e9)
        var round: UInt64 = 0
        while bodies.count < count {
            let roundSeed = SplitMix.mixed(seed &+ round)
            let plan = TrafficPlan(
                start: end - windowNanos, end: end, requestsPerSecond: max(1, requestsPerSecond))
            var stream = SpanStream(fleet: fleet, plan: plan, seed: roundSeed)
            var batcher = SpanBatcher(sources: stream.sources, limit: spansPerBody)
            while bodies.count < count, let (_, spans) = stream.next(until: end) {
                for span in spans {
                    guard let batch = batcher.add(span), bodies.count < count else { continue }
                    bodies.append(
                        LoadBody(
                            spanCount: batch.spanCount, bytes: batch.request.protobufBytes(),
                            compresses: compresses))
                }
            }
            round += 1
        }
        return bodies
    }
}
