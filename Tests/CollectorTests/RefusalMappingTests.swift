import Collector
import NIOCore
import NIOHPACK
import NIOHTTP1
import Telemetry
import Testing

@Suite("Refusals become statuses that senders understand")
struct RefusalMappingTests {
    /// Senders of OTLP/HTTP try again after these and drop the data after all others.
    static let retryableHTTP: Set<UInt> = [429, 502, 503, 504]
    /// Those of OTLP/gRPC after these; RESOURCE_EXHAUSTED only with RetryInfo.
    static let retryableGRPC: Set<Int> = [1, 4, 10, 11, 14, 15]

    @Test(
        "C5: what may pass later is retryable on both transports, and nothing else is",
        arguments: Refusal.Reason.allCases)
    func retryableIsTheSame(reason: Refusal.Reason) {
        let mayPass: Set<Refusal.Reason> = [
            .overloaded, .unavailable, .stalled, .deadlineExceeded, .rateLimited,
        ]
        let isTooSoon = reason == .rateLimited
        let outcome = ExportOutcome.refused(Refusal(reason, "m", retryAfterSeconds: isTooSoon ? 1 : nil))
        let http = HTTPAnswer(outcome, format: .otlp(.traces, .json))
        let grpc = GRPCAnswer(outcome)
        #expect(Self.retryableHTTP.contains(http.status.code) == mayPass.contains(reason))
        let isRetryable =
            Self.retryableGRPC.contains(grpc.code.rawValue)
            || grpc.code == .resourceExhausted && grpc.trailers.contains(name: "grpc-status-details-bin")
        #expect(isRetryable == mayPass.contains(reason))
        #expect(http.status.code != 408)
    }

    /// What the reference Collector makes of a gRPC code, and where we say more.
    @Test(
        "C7: a reason's status in HTTP is that of its code in gRPC, or a better one",
        arguments: Refusal.Reason.allCases)
    func statusesAgree(reason: Refusal.Reason) {
        let better: [Refusal.Reason: UInt] = [
            .tooLarge: 413, .uriTooLong: 414, .headersTooLarge: 431, .unsupportedMediaType: 415,
            .unsupportedEncoding: 415, .methodNotAllowed: 405,
        ]
        let outcome = ExportOutcome.refused(Refusal(reason, "m"))
        let expected: UInt =
            switch GRPCCode(reason) {
            case .unavailable, .deadlineExceeded: 503
            case .resourceExhausted: 429
            case .invalidArgument: 400
            case .unauthenticated: 401
            case .permissionDenied: 403
            case .unimplemented, .notFound: 404
            case .ok, .internal: 500
            }
        let status = HTTPAnswer(outcome, format: .text).status.code
        #expect(status == better[reason] ?? expected)
        #expect(status != 408)
    }

    @Test("C6: RESOURCE_EXHAUSTED tells senders to come back only where it carries RetryInfo")
    func resourceExhausted() {
        let final = GRPCAnswer(.refused(Refusal.tooLarge(limitBytes: 1)))
        #expect(final.code == .resourceExhausted)
        #expect(final.trailers.first(name: "grpc-status-details-bin") == nil)
        let passing = GRPCAnswer(.refused(Refusal(.overloaded, "m", retryAfterSeconds: 3)))
        #expect(passing.trailers.first(name: "grpc-status-details-bin") != nil)
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
