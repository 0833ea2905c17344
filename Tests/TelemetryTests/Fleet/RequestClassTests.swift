import Testing

@testable import Telemetry

@Suite("Why a request was slow")
struct RequestClassTests {
    private func signs(
        _ kind: ModuleKind = .zip, seconds: Double = 5, bytes: UInt64? = 1_000, stage: Stage = .upstream,
        outcome: RequestOutcome = .ok, isFromProxy: Bool = false
    ) -> RequestClass.Signs {
        var stages = StageTimes()
        stages[stage] = UInt64(seconds * 1e9)
        return RequestClass.Signs(
            kind: kind, outcome: outcome, durationNanos: UInt64(seconds * 1e9), bytes: bytes, stages: stages,
            isFromProxy: isFromProxy)
    }

    @Test("slow class cold_vcs: it waited for a repository") func coldVCS() {
        #expect(RequestClass(signs(.info)) == .coldVCS)
    }

    @Test("slow class cold_upstream: it waited for another proxy") func coldUpstream() {
        #expect(RequestClass(signs(.zip, isFromProxy: true)) == .coldUpstream)
    }

    @Test("slow class list_latest: which versions there are", arguments: [ModuleKind.list, .latest])
    func listLatest(kind: ModuleKind) { #expect(RequestClass(signs(kind)) == .listLatest) }

    @Test("slow class query: a branch or a commit") func query() {
        #expect(RequestClass(signs(.query)) == .query)
    }

    @Test(
        "slow class sumdb: a checksum database",
        arguments: [ModuleKind.sumdbLookup, .sumdbTile, .sumdbLatest])
    func sumdb(kind: ModuleKind) { #expect(RequestClass(signs(kind, stage: .verify)) == .sumdb) }

    @Test("slow class transfer: from 1 MiB on, below 10 MB/s, and the time went to the way") func transfer() {
        let bytes: UInt64 = 1 << 20
        #expect(RequestClass(signs(seconds: 5, bytes: bytes, stage: .network)) == .transfer)
        #expect(RequestClass(signs(seconds: 5, bytes: bytes - 1, stage: .network)) == .edgeOrigin)
        #expect(RequestClass(signs(seconds: 5, bytes: bytes, stage: .serve)) == .transfer)
        #expect(RequestClass(signs(seconds: 5, bytes: bytes, stage: .upstream)) == .coldVCS)
    }

    @Test("slow class queue: no worker was free") func queue() {
        #expect(RequestClass(signs(stage: .queue)) == .queue)
    }

    @Test("slow class coalesced: another's fetch") func coalesced() {
        #expect(RequestClass(signs(stage: .coalesced)) == .coalesced)
    }

    @Test("slow class lock: one that processes share") func lock() {
        #expect(RequestClass(signs(stage: .lock)) == .lock)
    }

    @Test("slow class edge_origin: between the edge and what lies behind") func edgeOrigin() {
        #expect(RequestClass(signs(stage: .network)) == .edgeOrigin)
    }

    @Test(
        "slow class edge_origin: an edge without an answer, whatever was asked for",
        arguments: ModuleKind.allCases)
    func cutOff(kind: ModuleKind) {
        var signs = signs(kind, stage: .network, outcome: .timeout)
        signs.isCutOff = true
        #expect(RequestClass(signs) == .edgeOrigin)
    }

    @Test("slow class masked_timeout: not found after ten seconds, whatever was asked for")
    func maskedTimeout() {
        #expect(RequestClass(signs(.list, seconds: 10, outcome: .maskedTimeout)) == .maskedTimeout)
    }

    @Test(
        "slow is what takes longer than a second and three times what its size explains",
        arguments: [
            (nil, 1_000_000_000), (0, 1_000_000_000), (1_333_333, 1_000_000_000 - 100),
            (10_000_000, 3_600_000_000), (200_000_000, 60_600_000_000),
        ] as [(UInt64?, UInt64)])
    func expected(bytes: UInt64?, nanos: UInt64) {
        #expect(RequestClass.slowNanos(bytes: bytes) == max(nanos, 1_000_000_000))
        #expect(RequestClass.slowNanos(bytes: .max) == .max, "no size makes it trap")
        var slow = signs(bytes: bytes)
        slow.durationNanos = RequestClass.slowNanos(bytes: bytes)
        #expect(RequestClass(slow) == nil)
        slow.durationNanos += 1
        #expect(RequestClass(slow) != nil)
    }
}
