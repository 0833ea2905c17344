import NIOCore
import NIOPosix
import OTLPModel

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

    func run() async -> LoadRun.Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        var outcome = await withTaskGroup(of: LoadRun.Outcome.self) { group in
            for node in bodies.indices { group.addTask { await send(node, from: start) } }
            return await group.reduce(into: LoadRun.Outcome()) { total, part in
                total.counts += part.counts
                total.latencies += part.latencies
            }
        }
        outcome.seconds = Self.milliseconds(clock.now - start) / 1_000
        outcome.latencies.sort()
        return outcome
    }

    private func send(_ node: Int, from start: ContinuousClock.Instant) async -> LoadRun.Outcome {
        let client = makeTraceClient(
            for: endpoint, on: MultiThreadedEventLoopGroup.singleton,
            from: ownAddresses ? Self.address(of: node) : nil)
        let sender = TraceSender(client: client, compresses: false, policy: Self.policy)
        let clock = ContinuousClock()
        var outcome = LoadRun.Outcome()
        let offset = intervalNanos / UInt64(bodies.count) * UInt64(node)
        for round in 0..<rounds {
            let moment = start + .nanoseconds(Int64(UInt64(round) * intervalNanos + offset))
            guard (try? await clock.sleep(until: moment)) != nil else { break }
            let body = body(of: node, round: round)
            let begin = clock.now
            let counts = await sender.send(
                body.data, isCompressed: body.isCompressed, spanCount: body.spanCount)
            outcome.latencies.append(Self.milliseconds(clock.now - begin))
            outcome.counts += counts
        }
        await sender.close()
        return outcome
    }

    private func body(of node: Int, round: Int) -> LoadBody {
        var bytes = Array(bodies[node].data.readableBytesView)
        let rewriter = RequestRewriter(shiftNanos: UInt64(round) * intervalNanos, salt: UInt64(round))
        // Of our own making, so it can be read.
        try? rewriter.rewrite(&bytes)
        return LoadBody(spanCount: bodies[node].spanCount, bytes: bytes, compresses: compresses)
    }

    /// All of 127.0.0.0/8 are addresses of this machine.
    static func address(of node: Int) -> String { "127.1.\(node / 250).\(1 + node % 250)" }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1_000 + Double(duration.components.attoseconds) / 1e15
    }
}
