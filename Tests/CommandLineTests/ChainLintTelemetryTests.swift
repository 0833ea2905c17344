import OTLPModel
import TestSupport
import Testing

@testable import Telemetry
@testable import traceq

@Suite("traceq chain lint looks at telemetry when it is told to")
struct ChainLintTelemetryTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000

    private func rules(_ words: String...) throws -> [String] {
        let answer = InMemoryCommandLine(["chain", "lint", "--db", path, "--json"] + words)
        let document = try JSONValue(parsing: answer.output)
        return (document["rows"]?.elements ?? []).compactMap { $0["rule"]?.text }
    }

    private func request(
        _ host: String, status: Int64 = 200, module: String, more: [KeyValue] = []
    ) -> StoredRequest {
        StoredRequest(
            ago: 30 * Self.minute, status: status, cache: "", version: 1, module: module, host: host,
            more: more)
    }

    @Test("5.1: a proxy of the chain that no telemetry tells of is named")
    func neverObserved() async throws {
        try await StoredRequest.store(
            [
                request("goproxy.cn", module: "example.com/a"),
                StoredRequest(
                    ago: 29 * Self.minute, cache: "", host: "athens.example.com", kind: .client, parent: 0),
            ], in: path)
        let list = "https://goproxy.cn|https://athens.example.com|https://proxy.golang.org"
        let answer = InMemoryCommandLine(["chain", "lint", "--db", path, "--goproxy", list])
        #expect(answer.status == .conditionFound)
        #expect(
            answer.output.contains("(never-observed): no telemetry tells of a request to proxy.golang.org"))
        #expect(answer.output.contains("telemetry: 1 module request, of 2 hosts"))
        #expect(try rules("--goproxy", list) == ["never-observed"])
        // Without telemetry, nobody looks.
        let alone = InMemoryCommandLine(["chain", "lint", "--goproxy", list])
        #expect(!alone.output.contains("never-observed") && !alone.output.contains("telemetry"))
    }

    @Test("5.1: private modules that builds ask for and GOPRIVATE does not name")
    func privateObserved() async throws {
        let own = "git.example.com/own"
        try await StoredRequest.store(
            [
                // A public proxy did not have it, and one's own had.
                request("goproxy.cn", status: 404, module: own), request("athens.example.com", module: own),
                // Everybody has this one, and nobody that one.
                request("goproxy.cn", module: "example.com/a"),
                request("athens.example.com", module: "example.com/a"),
                request("goproxy.cn", status: 404, module: "example.com/none"),
                request("athens.example.com", status: 404, module: "example.com/none"),
                request(
                    "athens.example.com", module: "example.org/said",
                    more: [KeyValue("goproxy.module.private", .bool(true))]),
            ], in: path)
        let list = "https://athens.example.com,https://goproxy.cn"
        let answer = InMemoryCommandLine(["chain", "lint", "--db", path, "--goproxy", list])
        #expect(
            answer.output.contains(
                "(private-observed): GOPRIVATE is empty, and builds ask for private modules: git.example.com/own, "
                    + "example.org/said"), "\(answer.output)")
        #expect(
            InMemoryCommandLine([
                "chain", "lint", "--db", path, "--goproxy", list, "--goprivate", "git.example.com",
            ]).output.contains("GOPRIVATE does not name all that is private"))
        #expect(try rules("--goproxy", list, "--goprivate", "git.example.com,example.org") == [])
    }

    @Test("a window without requests, or without hosts, is told and finds nothing")
    func nothing() async throws {
        try await StoredRequest.store([request("", module: "example.com/a")], in: path)
        let words = ["chain", "lint", "--goproxy", "https://athens.example.com,direct", "--db", path]
        let blind = InMemoryCommandLine(words)
        #expect(blind.status == .success)
        #expect(blind.output.contains("telemetry: 1 module request; none says which host was asked"))
        let early = InMemoryCommandLine(words + ["--since", "2m"])
        #expect(early.output.contains("telemetry: no module requests in the window"))
        let missing = InMemoryCommandLine(["chain", "lint", "--db", folder.file("none.db")])
        #expect(missing.status == .database)
        #expect(InMemoryCommandLine(["chain", "lint", "--since", "soon"]).status == .usage)
    }
}
