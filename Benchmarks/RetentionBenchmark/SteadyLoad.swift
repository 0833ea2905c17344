import BenchmarkSupport
import OTLPModel
import Telemetry

/// Requests at even distances, whatever the answers: a late answer does not slow the next request down, and
/// its delay counts from when the request was due.
struct SteadyLoad: Sendable {
    let corpus: CorpusReader
    /// The time that the newest span of the corpus refers to, and how much time it covers.
    let baseNanos: UInt64
    let windowNanos: UInt64 = 50 * 60 * 1_000_000_000
    let requestsPerSecond: Double
    let realSeconds: Double
    let clock: SimulatedClock

    /// A request that was answered: when it was due, in real seconds, and how long its answer took.
    struct Answer: Sendable {
        var dueSeconds: Double
        var seconds: Double
        var spans: Int
    }

    /// Sends every `step`th request from `first` on.
    /// - Throws: what the store or the decoder refuses
    func send(from first: Int, step: Int, to store: TelemetryStore) async throws -> [Answer] {
        var answers: [Answer] = []
        var number = first
        while Double(number) / requestsPerSecond < realSeconds {
            let due = Double(number) / requestsPerSecond
            let body = try request(number)
            let wait = due - clock.elapsedSeconds
            if wait > 0 { try await Task.sleep(for: .seconds(wait)) }
            // That the timer rings late is not the store's doing; that the answer before came late is.
            let start = wait > 0 ? clock.elapsedSeconds : due
            let spans = try await append(body, to: store)
            answers.append(Answer(dueSeconds: due, seconds: clock.elapsedSeconds - start, spans: spans))
            number += step
        }
        return answers
    }

    /// A request of the corpus with its newest span at the simulated present and ids of its own.
    private func request(_ number: Int) throws -> [UInt8] {
        let count = corpus.requests.count
        var body = corpus.requests[number % count]
        // Requests of the corpus follow each other in time.
        let own = baseNanos &- windowNanos &+ windowNanos / UInt64(count) * UInt64(number % count + 1)
        let due = UInt64(clock.at(Double(number) / requestsPerSecond).rawValue)
        try RequestRewriter(shiftNanos: due &- own, salt: UInt64(number / count + 1)).rewrite(&body)
        return body
    }

    private func append(_ body: [UInt8], to store: TelemetryStore) async throws -> Int {
        let (decoded, digest) = try decode(body)
        let spans = decoded.batch.spanCount
        _ = try await store.append(.spans(decoded.batch), digest: digest)
        return spans
    }

    private func decode(_ body: [UInt8]) throws -> (DecodedTraces, BodyDigest) {
        let arrival = Arrival(receivedAt: clock.now(), peerAddress: "127.0.0.1")
        return (try DecodedTraces.fromProtobuf(body.span, arrival: arrival), BodyDigest(of: body.span))
    }
}
