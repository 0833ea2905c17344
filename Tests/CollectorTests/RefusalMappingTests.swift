import Collector
import NIOCore
import NIOHTTP1
import Testing

@Suite("Refusals become statuses that senders understand")
struct RefusalMappingTests {
    /// Senders of OTLP/HTTP try again after these and drop the data after all others.
    static let retryableHTTP: Set<UInt> = [429, 502, 503, 504]
    /// Those of OTLP/gRPC after these; RESOURCE_EXHAUSTED only with RetryInfo.
    static let retryableGRPC: Set<Int> = [1, 4, 10, 11, 14, 15]

    @Test(
        "what may pass later is retryable on both transports, and nothing else is",
        arguments: Refusal.Reason.allCases)
    func retryableIsTheSame(reason: Refusal.Reason) {
        let mayPass: Set<Refusal.Reason> = [.overloaded, .unavailable, .stalled, .deadlineExceeded]
        let outcome = ExportOutcome.refused(Refusal(reason, "m"))
        let http = HTTPAnswer(outcome, format: .json)
        let grpc = GRPCAnswer(outcome)
        #expect(Self.retryableHTTP.contains(http.status.code) == mayPass.contains(reason))
        #expect(Self.retryableGRPC.contains(grpc.code.rawValue) == mayPass.contains(reason))
        #expect(http.status.code != 408)
    }

    @Test("the more senders are turned away, the longer they wait, within a minute, and not all equally long")
    func delaysGrow() {
        let delay = RetryDelay()
        let now = NIODeadline.now()
        let first = (0..<50).map { _ in delay.nextSeconds(now: now) }
        #expect(first.allSatisfy { (1...2).contains($0) })
        for _ in 0..<10_000 { _ = delay.nextSeconds(now: now) }
        let last = (0..<200).map { _ in delay.nextSeconds(now: now + .seconds(1)) }
        #expect(last.allSatisfy { (30...60).contains($0) })
        #expect(Set(last).count > 5)
        // When it is over, it is over.
        #expect((1...2).contains(delay.nextSeconds(now: now + .minutes(1))))
    }
}
