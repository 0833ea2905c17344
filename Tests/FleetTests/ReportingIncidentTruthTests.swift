import FleetSupport
import OTLPModel
import Telemetry
import TestSupport
import Testing

@testable import fleetgen

@Suite(
    "Incidents of how telemetry arrives, held against what was done", .serialized, .timeLimit(.minutes(15)))
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

    /// Three quarters of an hour of nodes with heartbeats, of which one goes silent.
    private struct SilentFleet {
        private static let plan = Sample.plan(seconds: 2_700, rate: 2)
        private let folder: TemporaryDirectory
        private let path: String
        /// Where it is broken.
        let places: [String]

        init(_ argument: String) async throws {
            folder = try TemporaryDirectory()
            path = folder.file("recorded.db")
            let fault = try #require(PlannedFault(argument: argument))
            var scenario = Scenario()
            scenario.hasHeartbeats = true
            let recording = FleetRecording(
                fleet: Fleet(edgeCount: 6, regionCount: 2, faults: [fault], seed: 3, scenario: scenario),
                plan: Self.plan, seed: 3)
            places = try #require(recording.truth.run.faults.first?.places)
            try await RecordedDatabase.write(recording, to: path)
        }

        /// The nodes that some rules name, as if it were so many seconds after the begin.
        func found(until seconds: UInt64, _ rules: Set<String>) throws -> [String: [String?]] {
            let start = Self.plan.start
            let end = UnixNanos(clamping: start + seconds * 1_000_000_000)
            let incidents = try TelemetryReader(path: path).incidents(
                IncidentQuery(
                    window: TimeWindow(since: UnixNanos(clamping: start), until: end), baselineNanos: 0,
                    now: end)
            ).incidents.filter { rules.contains($0.rule) }
            return Dictionary(grouping: incidents, by: \.rule).mapValues { $0.map(\.subject.node) }
        }
    }

    @Test("a node that is back and not ready for long is found, and no other")
    func recovery() async throws {
        let fleet = try await SilentFleet("slow-recovery:after=15m,at=edge-fra-02")
        let rules: Set = ["node-flapping", "slow-recovery"]
        #expect(try fleet.found(until: 900, rules) == [:])
        #expect(try fleet.found(until: 2_700, rules) == ["slow-recovery": fleet.places])
    }

    @Test("a node that comes and goes is found, is not lost besides, and no other comes and goes")
    func flapping() async throws {
        let fleet = try await SilentFleet("node-flapping:after=10m,at=edge-fra-02")
        let rules: Set = ["node-flapping", "node-lost", "slow-recovery"]
        #expect(try fleet.found(until: 600, rules) == [:])
        #expect(try fleet.found(until: 2_700, rules) == ["node-flapping": fleet.places])
    }
}
