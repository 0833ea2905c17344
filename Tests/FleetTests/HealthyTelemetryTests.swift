import FleetSupport
import OTLPModel
import Telemetry
import TestSupport
import Testing

@testable import fleetgen

@Suite("What healthy nodes tell raises nothing", .serialized, .timeLimit(.minutes(15)))
struct HealthyTelemetryTests {
    @Test(
        "three hours, in which nodes tell something steadily or when somebody asks them",
        arguments: [(true, 0.3, 1), (false, 0.3, 2), (false, 0.8, 3), (false, 2, 4)]
            as [(Bool, Double, UInt64)])
    func healthy(hasHeartbeats: Bool, rate: Double, seed: UInt64) async throws {
        let folder = try TemporaryDirectory()
        var scenario = Scenario()
        scenario.hasHeartbeats = hasHeartbeats
        let plan = Sample.plan(seconds: 3 * 3_600, rate: rate)
        let recording = FleetRecording(
            fleet: Fleet(edgeCount: 6, regionCount: 2, faults: [], seed: seed, scenario: scenario),
            plan: plan, seed: seed)
        let path = folder.file("recorded.db")
        try await RecordedDatabase.write(recording, to: path)
        for hours in [UInt64(1), 3] {
            let end = UnixNanos(clamping: plan.end)
            let since = end.advanced(byNanos: -Int64(hours * 3_600_000_000_000))
            let result = try TelemetryReader(path: path).incidents(
                IncidentQuery(
                    window: TimeWindow(since: since, until: end), baselineNanos: 3 * 3_600_000_000_000,
                    now: end))
            #expect(result.incidents.map(\.explanation) == [])
        }
    }
}
