import FleetSupport
import OTLPModel
import Telemetry
import TestSupport
import Testing

@testable import fleetgen

@Suite("Incidents of how telemetry arrives, held against what was done", .serialized, .timeLimit(.minutes(5)))
struct ReportingIncidentTruthTests {
    @Test(
        "a node that is lost, and one whose telemetry is late, are found, and no other",
        arguments: ["node-lost:after=10m,at=edge-fra-02", "late-telemetry:after=5m,at=edge-fra-02"])
    func found(argument: String) async throws {
        let folder = try TemporaryDirectory()
        let fault = try #require(PlannedFault(argument: argument))
        let plan = Sample.plan(seconds: 1_200, rate: 6)
        let recording = FleetRecording(
            fleet: Fleet(edgeCount: 6, regionCount: 2, faults: [fault], seed: 3), plan: plan, seed: 3)
        let path = folder.file("recorded.db")
        try await RecordedDatabase.write(recording, to: path)
        let end = UnixNanos(clamping: plan.end)
        let result = try TelemetryReader(path: path).incidents(
            IncidentQuery(
                window: TimeWindow(since: UnixNanos(clamping: plan.start), until: end), baselineNanos: 0,
                now: end))
        let nodes = result.incidents.filter { $0.rule == fault.kind.rawValue }.map(\.subject.node)
        #expect(nodes == recording.truth.run.faults.first?.places)
        #expect(nodes == ["edge-fra-02"])
    }

    @Test("a disk that fills is found, and no cache that is cleaned, before as little as after it begins")
    func disks() async throws {
        let folder = try TemporaryDirectory()
        let fault = try #require(PlannedFault(argument: "disk-full:after=120m,at=edge-fra-02,strength=3"))
        let plan = Sample.plan(seconds: 4 * 3_600, rate: 0.5)
        let recording = FleetRecording(
            fleet: Fleet(edgeCount: 6, regionCount: 2, faults: [fault], seed: 3), plan: plan, seed: 3)
        let path = folder.file("recorded.db")
        try await RecordedDatabase.write(recording, to: path)
        func found(hour: UInt64) throws -> [String?] {
            let end = plan.start + hour * 3_600_000_000_000
            let window = TimeWindow(
                since: UnixNanos(clamping: end - 3_600_000_000_000), until: UnixNanos(clamping: end))
            return try TelemetryReader(path: path).incidents(
                IncidentQuery(
                    window: window, baselineNanos: 3 * 3_600_000_000_000, now: UnixNanos(clamping: end))
            ).incidents.filter { $0.rule == "disk-full" }.map(\.subject.node)
        }
        #expect(try found(hour: 2) == [])
        #expect(try found(hour: 4) == recording.truth.run.faults.first?.places)
    }
}
