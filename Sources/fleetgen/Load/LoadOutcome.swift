/// What all connections of a load together saw.
struct LoadOutcome: Sendable {
    var counts = DeliveryCounts()
    var seconds = 0.0
    /// Milliseconds from the first byte of each request to the answer that decided, waits between attempts included.
    var latencies: [Double] = []

    static func += (left: inout LoadOutcome, right: LoadOutcome) {
        left.counts += right.counts
        left.latencies += right.latencies
    }

    /// Runs senders side by side and puts together what they saw.
    static func gathering(
        _ senderCount: Int, send: @escaping @Sendable (_ sender: Int) async -> LoadOutcome
    ) async -> LoadOutcome {
        let clock = ContinuousClock()
        let start = clock.now
        var outcome = await withTaskGroup(of: LoadOutcome.self) { group in
            for sender in 0..<senderCount { group.addTask { await send(sender) } }
            return await group.reduce(into: LoadOutcome()) { $0 += $1 }
        }
        outcome.seconds = (clock.now - start).milliseconds / 1_000
        outcome.latencies.sort()
        outcome.counts.refusals.sort()
        return outcome
    }
}

extension [Double] {
    /// The number that a share of these, which ascend, does not exceed; 0 when there are none.
    ///
    /// - Parameter share: 0 to 1.
    func quantile(_ share: Double) -> Double {
        isEmpty ? 0 : self[Int((share * Double(count - 1)).rounded())]
    }
}
