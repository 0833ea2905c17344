import Foundation
import TestSupport
package import fleetgen

/// A recorded fleet in a database, with what was really going on.
package struct RecordedFleet: Sendable {
    /// The database.
    package let path: String
    package let truth: FleetTruth
    package let answers: TruthAnswers

    /// Two minutes of a fleet with everything that an analyst has to cope with, made once for all tests of a process.
    package static let field = Task { try await made(fieldScenario, seed: 5, seconds: 120, rate: 12) }

    /// 2026-11-01 00:00 UTC, when all recordings here begin.
    package static let start: UInt64 = 1_793_491_200_000_000_000

    /// The field, with a link that is away for a part of the two minutes only, and two mirrors to compare.
    private static var fieldScenario: Scenario {
        var scenario = Scenario.field
        scenario.reporting["edge-fra-02"] = .late(nanos: 30_000_000_000)
        scenario.mirrors = [
            Mirror(host: "proxy.golang.org", meanSessionNanos: 28_400_000_000),
            Mirror(host: "mirrors.aliyun.com", meanSessionNanos: 6_200_000_000),
        ]
        return scenario
    }

    /// Where databases of this process lie; they go when it ends.
    private static let folder = Result {
        let folder = try TemporaryDirectory()
        atexit { try? RecordedFleet.removeFolder() }
        return folder
    }

    private static func removeFolder() throws {
        try FileManager.default.removeItem(atPath: folder.get().path)
    }

    /// Records a fleet of 14 edges and 3 proxies and stores what arrives.
    package static func made(
        _ scenario: Scenario, seed: UInt64, seconds: Double, rate: Double
    ) async throws -> RecordedFleet {
        let recording = FleetRecording.made(
            scenario, seed: seed, start: start, seconds: seconds, rate: rate, nodes: 14)
        let path = try folder.get().file("fleet-\(UUID().uuidString).db")
        try await RecordedDatabase.write(recording, to: path)
        return RecordedFleet(
            path: path, truth: recording.truth, answers: TruthAnswers(recording.truth))
    }
}
