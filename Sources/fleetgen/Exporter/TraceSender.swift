import NIOCore
import OTLPModel

/// Sends requests one after the other and again where that may help.
struct TraceSender: Sendable {
    private let client: any TraceClient
    private let compresses: Bool
    private let policy: RetryPolicy

    init(client: any TraceClient, compresses: Bool, policy: RetryPolicy = RetryPolicy()) {
        self.client = client
        self.compresses = compresses
        self.policy = policy
    }

    /// Sends batches in order; what is lost or refused is counted, not thrown.
    func send(_ batches: [TraceBatch]) async -> DeliveryCounts {
        var counts = DeliveryCounts()
        for batch in batches {
            let encoded = batch.request.protobufBytes()
            let compressed = compresses ? Gzip.compress(encoded) : nil
            // Who did not answer one request is not given as much time for each of the next.
            counts += await send(
                ByteBuffer(bytes: compressed ?? encoded), isCompressed: compressed != nil,
                spanCount: batch.spanCount, policy: counts.unansweredRequests > 0 ? .once : policy)
        }
        return counts
    }

    /// Sends one encoded request of `spanCount` spans.
    func send(_ body: ByteBuffer, isCompressed: Bool, spanCount: Int) async -> DeliveryCounts {
        await send(body, isCompressed: isCompressed, spanCount: spanCount, policy: policy)
    }

    private func send(
        _ body: ByteBuffer, isCompressed: Bool, spanCount: Int, policy: RetryPolicy
    ) async -> DeliveryCounts {
        var counts = DeliveryCounts()
        var attempt = 1
        let clock = ContinuousClock()
        while true {
            let complaint: String
            var asked: Double?
            let begin = clock.now
            do {
                switch try await client.send(body, isCompressed: isCompressed) {
                case .accepted(let rejected, let message):
                    let refused = min(max(0, Int(clamping: rejected)), spanCount)
                    counts.requests = 1
                    counts.spans = spanCount - refused
                    counts.rejectedSpans = refused
                    counts.bytes = body.readableBytes
                    if refused > 0 { counts.firstComplaint = message }
                    return counts
                case .refused(let reason):
                    counts.lostSpans = spanCount
                    counts.firstComplaint = reason
                    return counts
                case .retryable(let reason, let seconds):
                    counts.refusals.append((clock.now - begin).milliseconds)
                    complaint = reason
                    asked = seconds
                }
            } catch {
                complaint = "\(error)"
            }
            let wait = policy.wait(after: attempt, asked: asked, jitter: Double.random(in: 0..<1))
            guard let wait, (try? await Task.sleep(for: .milliseconds(wait))) != nil else {
                counts.lostSpans = spanCount
                counts.unansweredRequests = 1
                counts.firstComplaint = complaint
                return counts
            }
            attempt += 1
            counts.retries += 1
        }
    }

    func close() async {
        await client.close()
    }
}
