import FleetSupport
import OTLPModel
import Telemetry
import TestSupport
import Testing

@testable import fleetgen

@Suite("Incidents of proxies, held against what was done", .serialized, .timeLimit(.minutes(15)))
struct ProxyIncidentTruthTests {
    private func incidents(_ arguments: String...) async throws -> (
        found: IncidentResult, truth: FleetTruth
    ) {
        let folder = try TemporaryDirectory()
        let faults = try arguments.map { try #require(PlannedFault(argument: $0)) }
        let plan = Sample.plan(seconds: 2_700, rate: 4)
        let recording = FleetRecording(
            fleet: Fleet(edgeCount: 6, regionCount: 2, faults: faults, seed: 3),
            plan: plan, seed: 3)
        let path = folder.file("recorded.db")
        try await RecordedDatabase.write(recording, to: path)
        let end = UnixNanos(clamping: plan.end)
        let result = try TelemetryReader(path: path).incidents(
            IncidentQuery(
                window: TimeWindow(since: UnixNanos(clamping: plan.start), until: end), baselineNanos: 0,
                now: end))
        return (result, recording.truth)
    }

    @Test(
        "a lock that is not to be had or does not last, and fetches that do not end, are the cause of what clients see",
        arguments: ["lock-failure:after=5m", "no-completion:after=5m", "lock-ttl:after=5m"])
    func found(argument: String) async throws {
        let (result, truth) = try await incidents(argument)
        let rule = String(argument.prefix { $0 != ":" })
        let found = result.incidents.filter { $0.rule == rule }
        #expect(
            found.map(\.subject.node) == truth.run.faults.first?.places,
            "\(result.incidents.map(\.explanation))")
        #expect(found.allSatisfy { result.causes[$0.id] == nil && $0.severity == .page })
    }

    @Test("fetches that fail at their hosts, with a lock that several share, are no failure of the lock")
    func confounder() async throws {
        // A lock that never fails.
        let (result, truth) = try await incidents("upstream-errors:after=5m", "lock-failure:after=100h")
        let rules = Set(result.incidents.map(\.rule))
        #expect(truth.requests.count { $0.proxyStatus == 500 } > 50)
        #expect(rules.isDisjoint(with: ["lock-failure", "lock-ttl", "no-completion"]), "\(rules)")
    }
}
