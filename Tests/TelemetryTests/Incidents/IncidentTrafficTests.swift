import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Incidents of redirects, tiles, refusals, fallbacks and private modules", .serialized)
struct IncidentTrafficTests {
    private static let trouble = 80..<100

    private static func incidents(
        baseline: Int64 = 3_600_000_000_000, privateModules: String = "",
        _ change: (inout IncidentFleet.Request) -> Void
    ) async throws -> [Incident] {
        var query = IncidentFleet.query(baseline: baseline)
        query.privateModules = PrivateModules([
            PrivateModules.Source("--private", ModulePatternList(privateModules))
        ])
        return try await IncidentFleet(change).fleet.reader().incidents(query).incidents
    }

    private static func named(_ rule: String, _ incidents: [Incident]) -> [String] {
        incidents.filter { $0.rule == rule }.map { $0.subject.members.map(\.value).joined(separator: " ") }
    }

    // MARK: Private modules

    private static func leaks(
        host: String, requests: Set<Int> = [2_400, 2_500], patterns: String = "git.example.com"
    ) async throws -> [Incident] {
        try await incidents(privateModules: patterns) { request in
            guard requests.contains(request.number) else { return }
            request.spelled.node = "edge-1"
            request.spelled.path = "/git.example.com/team/secret/@v/v1.0.0.zip"
            request.spelled.attributes = [KeyValue("server.address", .string(host))]
        }.filter { $0.rule == "private-leak" }
    }

    @Test("private-leak: one request that a public host was asked for is enough, and no name is told")
    func leak() async throws {
        let found = try await Self.leaks(host: "goproxy.cn")
        let leak = try #require(found.first)
        #expect(found.count == 1 && leak.severity == .page)
        #expect(leak.subject == IncidentSubject(node: "edge-1", upstream: "goproxy.cn"))
        #expect(leak.impact.requests == 2 && leak.impact.modules == 1)
        #expect(leak.evidence.traceIDs.count == 2)
        #expect(!leak.explanation.contains("secret") && !leak.explanation.contains("git.example.com"))
        #expect(try await Self.leaks(host: "proxy.golang.org", requests: [3_000]).count == 1)
    }

    @Test("none: a host of one's own, before the window, and where nobody says what is private")
    func noLeak() async throws {
        #expect(try await Self.leaks(host: "athens.example.com").isEmpty)
        #expect(try await Self.leaks(host: "goproxy.cn", requests: [900]).isEmpty)
        #expect(try await Self.leaks(host: "goproxy.cn", patterns: "").isEmpty)
        #expect(try await Self.leaks(host: "goproxy.cn", patterns: "git.example.org").isEmpty)
    }
}
