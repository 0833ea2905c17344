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
            ).incidents.filter { !["clock-skew", "late-telemetry"].contains($0.rule) }.map(\.subject.node)
        }
        #expect(try found(hour: 2) == [])
        #expect(try found(hour: 4) == recording.truth.run.faults.first?.places)
    }

    @Test("a node that is back and not ready for long is found, and no other")
    func recovery() async throws {
        let folder = try TemporaryDirectory()
        let fault = try #require(PlannedFault(argument: "slow-recovery:after=15m,at=edge-fra-02"))
        var scenario = Scenario()
        scenario.hasHeartbeats = true
        let plan = Sample.plan(seconds: 2_700, rate: 2)
        let recording = FleetRecording(
            fleet: Fleet(edgeCount: 6, regionCount: 2, faults: [fault], seed: 3, scenario: scenario),
            plan: plan, seed: 3)
        let path = folder.file("recorded.db")
        try await RecordedDatabase.write(recording, to: path)
        func found(until seconds: UInt64) throws -> [String?] {
            let end = UnixNanos(clamping: plan.start + seconds * 1_000_000_000)
            return try TelemetryReader(path: path).incidents(
                IncidentQuery(
                    window: TimeWindow(since: UnixNanos(clamping: plan.start), until: end), baselineNanos: 0,
                    now: end)
            ).incidents.filter { ["node-flapping", "slow-recovery"].contains($0.rule) }.map(\.subject.node)
        }
        #expect(try found(until: 900) == [])
        #expect(try found(until: 2_700) == recording.truth.run.faults[0].places)
    }

    @Test("a node that comes and goes is found, is not lost besides, and no other comes and goes")
    func flapping() async throws {
        let folder = try TemporaryDirectory()
        let fault = try #require(PlannedFault(argument: "node-flapping:after=10m,at=edge-fra-02"))
        var scenario = Scenario()
        scenario.hasHeartbeats = true
        let plan = Sample.plan(seconds: 2_700, rate: 2)
        let recording = FleetRecording(
            fleet: Fleet(edgeCount: 6, regionCount: 2, faults: [fault], seed: 3, scenario: scenario),
            plan: plan, seed: 3)
        let path = folder.file("recorded.db")
        try await RecordedDatabase.write(recording, to: path)
        func found(until seconds: UInt64) throws -> [String: [String?]] {
            let end = UnixNanos(clamping: plan.start + seconds * 1_000_000_000)
            let incidents = try TelemetryReader(path: path).incidents(
                IncidentQuery(
                    window: TimeWindow(since: UnixNanos(clamping: plan.start), until: end), baselineNanos: 0,
                    now: end)
            ).incidents.filter { ["node-flapping", "node-lost", "slow-recovery"].contains($0.rule) }
            return Dictionary(grouping: incidents, by: \.rule).mapValues { $0.map(\.subject.node) }
        }
        #expect(try found(until: 600) == [:])
        #expect(try found(until: 2_700) == ["node-flapping": recording.truth.run.faults[0].places])
    }
}
