import NIOCore
import NIOPosix

/// Many nodes that send a request each in every interval, at moments that are spread over it.
struct NodesRun: Sendable {
    let endpoint: ExportEndpoint
    /// One a node, not compressed. Each round sends them with other ids and later times.
    let bodies: [LoadBody]
    let compresses: Bool
    let intervalNanos: UInt64
    let rounds: Int
    /// Whether each node sends from an address of its own, of 127.1.0.0/16.
    let ownAddresses: Bool

    /// As an SDK: it waits longer from time to time, and keeps to what it is asked for.
    private static let policy = RetryPolicy(attempts: 6, baseMilliseconds: 1_000, limitMilliseconds: 30_000)

    func run() async -> LoadOutcome {
        let start = ContinuousClock.now
        return await LoadOutcome.gathering(bodies.count) { await send($0, from: start) }
    }

    private func send(_ node: Int, from start: ContinuousClock.Instant) async -> LoadOutcome {
        let client = makeTraceClient(
            for: endpoint, on: MultiThreadedEventLoopGroup.singleton,
            from: ownAddresses ? Self.address(of: node) : nil)
        let sender = TraceSender(client: client, compresses: false, policy: Self.policy)
        let clock = ContinuousClock()
        var outcome = LoadOutcome()
        let offset = intervalNanos / UInt64(bodies.count) * UInt64(node)
        for round in 0..<rounds {
            let moment = start + .nanoseconds(Int64(UInt64(round) * intervalNanos + offset))
            guard (try? await clock.sleep(until: moment)) != nil else { break }
            let body = bodies[node].repeated(
                round: round, shiftNanos: UInt64(round) * intervalNanos, compresses: compresses)
            let begin = clock.now
            outcome.counts += await sender.send(
                body.data, isCompressed: body.isCompressed, spanCount: body.spanCount)
            outcome.latencies.append((clock.now - begin).milliseconds)
        }
        await sender.close()
        return outcome
    }

    /// All of 127.0.0.0/8 are addresses of this machine.
    static func address(of node: Int) -> String { "127.1.\(node / 250).\(1 + node % 250)" }
}
