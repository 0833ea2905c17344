import NIOCore
import NIOPosix

/// Sends prepared requests over several connections as fast as they are answered.
struct LoadRun: Sendable {
    /// What all connections together saw.
    struct Outcome: Sendable {
        var counts = DeliveryCounts()
        var seconds = 0.0
        /// Time from the first byte of each request to its answer, ascending, in milliseconds.
        var latencies: [Double] = []

        /// The latency that a share of the requests did not exceed.
        ///
        /// - Parameter share: 0 to 1.
        func latency(at share: Double) -> Double {
            guard !latencies.isEmpty else { return 0 }
            return latencies[Int((share * Double(latencies.count - 1)).rounded())]
        }
    }

    let endpoint: ExportEndpoint
    let bodies: [LoadBody]
    /// At least 1.
    let connectionCount: Int

    /// A busy receiver is asked again soon: the load is meant to keep it busy.
    private static let policy = RetryPolicy(attempts: 200, baseMilliseconds: 50, limitMilliseconds: 400)

    func run() async -> Outcome {
        let cursor = BodyCursor(count: bodies.count)
        let clock = ContinuousClock()
        let start = clock.now
        var outcome = await withTaskGroup(of: Outcome.self) { group in
            for _ in 0..<connectionCount {
                group.addTask { await send(from: cursor) }
            }
            return await group.reduce(into: Outcome()) { total, part in
                total.counts += part.counts
                total.latencies += part.latencies
            }
        }
        outcome.seconds = Self.milliseconds(clock.now - start) / 1_000
        outcome.latencies.sort()
        return outcome
    }

    private func send(from cursor: BodyCursor) async -> Outcome {
        let client = makeTraceClient(for: endpoint, on: MultiThreadedEventLoopGroup.singleton)
        let sender = TraceSender(client: client, compresses: false, policy: Self.policy)
        let clock = ContinuousClock()
        var outcome = Outcome()
        while let index = await cursor.take() {
            let body = bodies[index]
            let begin = clock.now
            let counts = await sender.send(
                body.data, isCompressed: body.isCompressed, spanCount: body.spanCount)
            outcome.latencies.append(Self.milliseconds(clock.now - begin))
            outcome.counts += counts
        }
        await sender.close()
        return outcome
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1_000 + Double(duration.components.attoseconds) / 1e15
    }
}
