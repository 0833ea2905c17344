import NIOCore
import NIOPosix

/// Sends prepared requests over several connections as fast as they are answered.
struct LoadRun: Sendable {
    let endpoint: ExportEndpoint
    /// At least one.
    let bodies: [LoadBody]
    /// At least 1.
    let connectionCount: Int
    /// How long the bodies are sent over and over, each time with other ids; nil sends each once. Bodies that are
    /// compressed already can be sent once only.
    var duration: Duration?
    /// Whether what is made anew for another round is compressed.
    var compresses = false

    /// A busy receiver is asked again soon: the load is meant to keep it busy.
    private static let policy = RetryPolicy(attempts: 200, baseMilliseconds: 50, limitMilliseconds: 400)

    func run() async -> LoadOutcome {
        let cursor = BodyCursor(count: duration == nil ? bodies.count : .max)
        let end = duration.map { ContinuousClock.now + $0 }
        return await LoadOutcome.gathering(connectionCount) { _ in await send(from: cursor, until: end) }
    }

    private func send(from cursor: BodyCursor, until end: ContinuousClock.Instant?) async -> LoadOutcome {
        let client = makeTraceClient(for: endpoint, on: MultiThreadedEventLoopGroup.singleton)
        let sender = TraceSender(client: client, compresses: false, policy: Self.policy)
        let clock = ContinuousClock()
        var outcome = LoadOutcome()
        while let index = await cursor.take(), end.map({ clock.now < $0 }) ?? true {
            let body = body(at: index)
            let begin = clock.now
            outcome.counts += await sender.send(
                body.data, isCompressed: body.isCompressed, spanCount: body.spanCount)
            outcome.latencies.append((clock.now - begin).milliseconds)
        }
        await sender.close()
        return outcome
    }

    private func body(at index: Int) -> LoadBody {
        let body = bodies[index % bodies.count]
        guard duration != nil else { return body }
        return body.repeated(round: index / bodies.count, shiftNanos: 0, compresses: compresses)
    }
}
