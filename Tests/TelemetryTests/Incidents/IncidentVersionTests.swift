import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Incidents of a new version that nodes go over to", .serialized)
struct IncidentVersionTests {
    /// When each node goes over to 1.1.0, in minutes after the begin of the first hour; nil for never.
    private typealias Deployment = @Sendable (_ node: String) -> Int?

    private static let rolling: Deployment = { node in
        ["edge-0": 72, "edge-1": 78, "edge-2": 85, "edge-3": 93][node]
    }

    /// - Parameter change: is given the requests that 1.1.0 answers, and all others
    private static func fleet(
        _ deployment: Deployment, _ change: (inout IncidentFleet.Request, _ isNew: Bool) -> Void
    ) throws -> IncidentFleet {
        try IncidentFleet { request in
            let isNew = deployment(request.spelled.node).map { request.minute >= $0 } ?? false
            request.spelled.service = "caddy"
            request.spelled.version = isNew ? "1.1.0" : "1.0.0"
            change(&request, isNew)
        }
    }

    private static func fail(_ request: inout IncidentFleet.Request) {
        if request.number % 3 == 0 { request.spelled.status = 500 }
    }

    @Test("one that fails is told as it comes to one node after the other, not the nodes and not everything")
    func fails() async throws {
        let result = try await Self.fleet(Self.rolling) { request, isNew in
            if isNew { Self.fail(&request) }
        }.incidents()
        #expect(result.causesFound == ["version-regression caddy 1.1.0"])
        let incident = try #require(result.incidents.first)
        #expect(incident.severity == .page && incident.end == nil)
        #expect(incident.subject == IncidentSubject(serviceVersion: "caddy 1.1.0"))
        // From the first node's deployment on.
        let start = Int64(Sample.baseNanos) + 72 * 60_000_000_000
        #expect(abs(incident.start.rawValue - start) <= 60_000_000_000)
    }

    @Test("one that is slow is told, too")
    func slow() async throws {
        let result = try await Self.fleet(Self.rolling) { request, isNew in
            if isNew, !request.isMiss { request.spelled.millis *= 8 }
        }.incidents()
        #expect(result.causesFound == ["version-regression caddy 1.1.0"])
        #expect(result.incidents.first?.severity == .ticket)
    }

    @Test("at the only node that has it, what begins with the version is told of the version")
    func single() async throws {
        let result = try await Self.fleet({ $0 == "edge-2" ? 85 : nil }) { request, isNew in
            if isNew { Self.fail(&request) }
        }.incidents()
        #expect(result.causesFound == ["version-regression caddy 1.1.0"])
    }

    @Test("one that was taken back is over")
    func takenBack() async throws {
        let fleet = try IncidentFleet { request in
            let isNew = (72..<90).contains(request.minute)
            request.spelled.service = "caddy"
            request.spelled.version = isNew ? "1.1.0" : "1.0.0"
            if isNew, request.spelled.node != "edge-3" { Self.fail(&request) }
            if request.spelled.node == "edge-3" { request.spelled.version = "1.0.0" }
        }
        let result = try await fleet.incidents()
        #expect(result.causesFound == ["version-regression caddy 1.1.0"])
        #expect(result.incidents.first?.end != nil)
        let data = try await fleet.fleet.reader().investigation(IncidentFleet.query()).data
        #expect(data.versionChanges.count == 6)
        #expect(data.versionChanges.suffix(3).allSatisfy { $0.from == "1.1.0" && $0.to == "1.0.0" })
    }

    @Test("a node that fails long after a deployment that did no harm is the node")
    func nodeAfterwards() async throws {
        let later: Deployment = { node in node == "edge-1" ? 70 : nil }
        for deployment in [Self.rolling, later] {
            let result = try await Self.fleet(deployment) { request, _ in
                if request.spelled.node == "edge-1", request.minute >= 95, request.minute < 115 {
                    Self.fail(&request)
                }
            }.incidents()
            #expect(result.causesFound == ["node-errors edge-1"])
        }
    }

    @Test("a deployment that does no harm is none")
    func harmless() async throws {
        let result = try await Self.fleet(Self.rolling) { _, _ in }.incidents()
        #expect(result.causesFound == [])
    }

    @Test("what nodes ran and when they went over to something else, in order")
    func changes() async throws {
        let fleet = try Self.fleet(Self.rolling) { _, _ in }
        let data = try await fleet.fleet.reader().investigation(IncidentFleet.query()).data
        let told = data.versionChanges.map { change in
            "\((change.time - Sample.baseNanos) / 60_000_000_000) \(data.names.node(change.node).identity.name) "
                + "\(change.from) \(change.to)"
        }
        #expect(
            told == [
                "72 edge-0 1.0.0 1.1.0", "78 edge-1 1.0.0 1.1.0", "85 edge-2 1.0.0 1.1.0",
                "93 edge-3 1.0.0 1.1.0",
            ])
        #expect(MemoryLayout<IncidentRow>.stride == 48 && MemoryLayout<Exchange>.stride == 72)
    }

    @Test(
        "two programs with one name change no version, and while one hands over to the next it changes once")
    func sharedName() async throws {
        func changes(_ isNew: (IncidentFleet.Request) -> Bool) async throws -> [String] {
            let fleet = try IncidentFleet { request in
                request.spelled.node = "edge-1"
                request.spelled.service = "caddy"
                request.spelled.version = isNew(request) ? "1.1.0" : "1.0.0"
            }
            let data = try await fleet.fleet.reader().investigation(IncidentFleet.query()).data
            return data.versionChanges.map { "\($0.from) \($0.to)" }
        }
        #expect(try await changes { $0.number / 5 % 2 == 0 } == [])
        #expect(try await changes { $0.number >= 2_000 && $0.number != 2_001 } == ["1.0.0 1.1.0"])
    }

    @Test("the timeline of a report has deployments; of many nodes the first and the last")
    func timeline() async throws {
        func lines(_ nodes: Int) async throws -> [String] {
            let fleet = try IncidentFleet { request in
                let place = request.number % nodes
                request.spelled.node = "edge-\(place)"
                let isNew = request.minute >= 72 + place
                request.spelled.service = "caddy"
                request.spelled.version = isNew ? "1.1.0" : "1.0.0"
                if isNew { Self.fail(&request) }
            }
            let document = try ReportSample.document(try await fleet.fleet.reader())
            let section = try #require(document.sections.first { $0.id == "timeline" })
            return section.blocks.compactMap(\.table).flatMap(\.rows).map { $0[1].text }
                .filter { $0.contains("went from") }
        }
        #expect(
            try await lines(2) == [
                "edge-0 went from caddy 1.0.0 to 1.1.0", "edge-1 went from caddy 1.0.0 to 1.1.0",
            ])
        #expect(
            try await lines(10) == [
                "edge-0 went from caddy 1.0.0 to 1.1.0, as the first of 10",
                "edge-9 went from caddy 1.0.0 to 1.1.0, as the last of 10",
            ])
    }
}
