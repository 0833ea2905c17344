import OTLPModel
import TestSupport
import Testing

@testable import Telemetry
@testable import traceq

@Suite("traceq incidents says what went wrong, and ends with 2 when something did")
struct IncidentsCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func ask(_ words: String...) -> InMemoryCommandLine {
        InMemoryCommandLine(["incidents", "--db", path] + words)
    }

    /// Two hours at four nodes, of which one fails in a third of what it is asked for, from half an hour ago on.
    private func store(failing node: String?, status: Int64 = 500) async throws {
        let requests = (0..<2_400).map { number -> StoredRequest in
            let ago = Int64(2_400 - number) * 3_000_000_000
            var request = StoredRequest(
                ago: ago, millis: 5 + Int64(number % 5), node: "edge-\(number % 4)", version: number % 60,
                role: "edge")
            if request.node == node, ago < 1_800_000_000_000, number % 3 == 0 { request.status = status }
            return request
        }
        try await StoredRequest.store(requests, in: path)
    }

    @Test("the document keeps its contract, and the exit code is 2")
    func contract() async throws {
        try await store(failing: "edge-3")
        let line = ask("--json")
        #expect(line.status == .conditionFound)
        let document = try JSONValue(parsing: line.output)
        #expect(document["schema"]?.text == "traceq.incidents/1")
        let rows = document["rows"]?.elements ?? []
        let row = try #require(rows.first { $0["rule"]?.text == "node-errors" })
        #expect(row["severity"]?.text == "P1")
        #expect(row["subject"]?["node"]?.text == "edge-3")
        #expect(row["start"]?.text?.hasPrefix("2026-08-21T09:3") == true)
        #expect(row["end"] == .null, "it goes on")
        let confidence = try #require(row["confidence"]?.number)
        #expect((0.9...1).contains(confidence))
        let impact = try #require(row["impact"])
        #expect(impact["requests"]?.number == 50)
        #expect((impact["clients"]?.number ?? 0) >= 5 && (impact["modules"]?.number ?? 0) >= 5)
        #expect(impact["slow_seconds"]?.number != nil && impact["budget_minutes"]?.number != nil)
        let ids = row["evidence"]?["trace_ids"]?.elements ?? []
        #expect(ids.count == 5 && ids.allSatisfy { $0.text?.count == 32 })
        #expect(row["evidence"]?["numbers"]?["bad_requests"]?.number == 50)
        #expect(row["explains"]?.elements.isEmpty == true && row["caused_by"] == .null)
        #expect(row["explanation"]?.text?.hasSuffix(".") == true)
        #expect(row["id"]?.text?.hasPrefix("node-errors-") == true)
    }

    @Test("people read who, when, how many, and a sentence, at every width", arguments: [60, 80, 160])
    func table(width: Int) async throws {
        try await store(failing: "edge-3")
        let output = ask("--width", "\(width)").output
        for word in ["P1", "node-errors", "edge-3"] { #expect(output.contains(word), "\(output)") }
        #expect(output.contains("the most likely cause first"))
    }

    @Test("--rules shows what some rules find, and ends with 0 where that is nothing")
    func rules() async throws {
        try await store(failing: "edge-3")
        #expect(ask("--rules", "node-lost,node-errors").status == .conditionFound)
        let others = ask("--rules", "slow-node")
        #expect(others.status == .success && others.output.hasPrefix("No incident of these rules among "))
    }

    @Test(
        "the exit code is 2 for what is only worth knowing, too, and 0 where only other rules are asked for")
    func leastSevere() async throws {
        // Clients that go away.
        try await store(failing: "edge-3", status: 499)
        let line = ask("--json")
        #expect(line.status == .conditionFound)
        let rows = try JSONValue(parsing: line.output)["rows"]?.elements ?? []
        #expect(rows.map { $0["severity"]?.text } == ["P3"], "\(line.output)")
        #expect(ask("--rules", "client-aborts").status == .conditionFound)
        #expect(ask("--rules", "node-errors").status == .success)
    }

    @Test("where nothing is wrong it says so, with the exit code 0")
    func healthy() async throws {
        try await store(failing: nil)
        let line = ask()
        #expect(line.status == .success)
        #expect(line.output.hasPrefix("No incident: of "), "\(line.output)")
        let json = ask("--json")
        #expect(json.status == .success && json.output.contains(#""rows":[]"#))
    }

    @Test("without requests it says why, and what would show some")
    func empty() async throws {
        try await StoredRequest.store([], in: path)
        let line = ask()
        #expect(line.status == .success)
        #expect(line.output.hasPrefix("no module requests: the database is empty"), "\(line.output)")
    }

    @Test(
        "wrong input gets a sentence",
        arguments: [
            (["--baseline", "soon"], "cannot read 'soon' as a duration"),
            (["--baseline", "-1h"], "cannot read '-1h' as a duration"),
            (["--since", "1h", "--until", "2h"], "--since must lie before --until"),
            (["--bseline", "1h"], "Did you mean '--baseline'?"),
            (["--rules", "node-erors"], "--rules has 'node-erors', which is no rule"),
            (["--rules", "node-lost,,"], "--rules has '', which is no rule"),
        ])
    func wrong(words: [String], sentence: String) async throws {
        try await StoredRequest.store([], in: path)
        let line = InMemoryCommandLine(["incidents", "--db", path] + words)
        #expect(line.status == .usage)
        #expect(line.diagnostics.contains(sentence), "\(line.diagnostics)")
    }

    @Test("private modules are those of --private, else of the environment, and their names are not told")
    func leaks() async throws {
        let secret = "git.example.com/team/secret"
        try await StoredRequest.store(
            [StoredRequest(ago: 600_000_000_000, status: 404, cache: "", module: secret, host: "goproxy.cn")],
            in: path)
        let byOption = ask("--json", "--private", "git.example.com")
        let byEnvironment = InMemoryCommandLine(
            ["incidents", "--db", path, "--json"], environment: ["GOPRIVATE": "*.example.com"])
        for line in [byOption, byEnvironment] {
            #expect(line.status == .conditionFound, "\(line.diagnostics)")
            let rows = try JSONValue(parsing: line.output)["rows"]?.elements ?? []
            #expect(rows.map { $0["rule"]?.text } == ["private-leak"])
            #expect(rows.first?["subject"]?["upstream"]?.text == "goproxy.cn")
            #expect(!line.output.contains("secret"))
        }
        #expect(ask("--json").status == .success)
        #expect(ask("--private", "https://git.example.com").status == .usage)
    }
}
