import OTLPModel
import Testing

@testable import Telemetry

@Suite("One trouble is told once")
struct IncidentRankingTests {
    private static let minute: UInt64 = 60_000_000_000

    /// Of an hour without requests, in slots of a minute.
    private static func data() -> IncidentData {
        IncidentData([], window: 0..<60 * minute, FleetNameTables(FleetNames()))
    }

    private static func finding(
        _ rule: String = "node-errors", node: String = "edge-1", minutes: Range<UInt64>, score: Double,
        rows: [UInt32]
    ) -> IncidentFinding {
        IncidentFinding(
            rule: rule, severity: .page, subject: IncidentSubject(node: node),
            start: minutes.lowerBound * minute, end: minutes.upperBound * minute, score: score,
            confidence: 1, rows: rows, slowSeconds: 5, numbers: [], explanation: "", depth: 1,
            culprit: nil, covers: { _ in false })
    }

    private static func ranked(_ findings: [IncidentFinding]) -> [IncidentFinding] {
        IncidentRanking(findings, data(), [:]).causes.map(\.finding)
    }

    @Test("what begins where the same trouble ends is a part of it")
    func touching() throws {
        let ranked = Self.ranked([
            Self.finding(minutes: 20..<30, score: 9, rows: [4, 5, 6]),
            Self.finding(minutes: 14..<19, score: 5, rows: [1, 2]),
            Self.finding(minutes: 30..<32, score: 4, rows: [6, 7]),
        ])
        let only = try #require(ranked.first)
        #expect(ranked.count == 1)
        #expect(only.start == 14 * Self.minute && only.end == 32 * Self.minute)
        #expect(only.rows == [1, 2, 4, 5, 6, 7] && only.slowSeconds == 15)
    }

    @Test("what overlaps is the same from another side, and counts once")
    func overlapping() throws {
        let ranked = Self.ranked([
            Self.finding(minutes: 20..<30, score: 9, rows: [4, 5, 6]),
            Self.finding(minutes: 18..<25, score: 5, rows: [4, 5]),
        ])
        let only = try #require(ranked.first)
        #expect(ranked.count == 1)
        #expect(only.start == 20 * Self.minute && only.rows == [4, 5, 6] && only.slowSeconds == 5)
    }

    @Test("of findings about the same requests the one that names somebody stands", arguments: [true, false])
    func names(everythingFirst: Bool) {
        var all = Self.finding(minutes: 20..<30, score: everythingFirst ? 9 : 5, rows: Array(0..<40))
        all.subject = IncidentSubject()
        let node = Self.finding(minutes: 20..<30, score: everythingFirst ? 5 : 9, rows: Array(1..<40))
        #expect(Self.ranked([all, node]).map(\.subject) == [IncidentSubject(node: "edge-1")])
    }

    @Test("minutes later, of another node or of another rule it is another one")
    func apart() {
        let first = Self.finding(minutes: 20..<30, score: 9, rows: [4])
        let others = [
            Self.finding(minutes: 34..<36, score: 5, rows: [9]),
            Self.finding(node: "edge-2", minutes: 30..<36, score: 5, rows: [9]),
            Self.finding("slow-node", minutes: 30..<36, score: 5, rows: [9]),
        ]
        for other in others { #expect(Self.ranked([first, other]).count == 2) }
    }
}
