import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq chain replay walks what was recorded along another GOPROXY")
struct ChainReplayCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000

    /// Ten versions: the first proxy does not have three of them, and fails for two; the second one has all of these.
    private func store() async throws {
        var requests: [StoredRequest] = []
        for version in 0..<10 {
            let ago = 30 * Self.minute - Int64(version) * Self.minute
            let status: Int64 = version < 3 ? 404 : version < 5 ? 502 : 200
            requests.append(
                StoredRequest(
                    ago: ago, millis: 50, status: status, node: "athens-1", version: version,
                    host: "athens.example.com"))
            guard version < 5 else { continue }
            requests.append(
                StoredRequest(
                    ago: ago - 60_000_000, millis: 200, node: "cn-1", version: version, host: "goproxy.cn"))
        }
        try await StoredRequest.store(requests, in: path)
    }

    private func document(_ words: String...) throws -> JSONValue {
        try JSONValue(
            parsing: InMemoryCommandLine(["chain", "replay", "--db", path, "--json"] + words).output)
    }

    @Test("1.2: a bar leads on after errors, and a comma does not")
    func separators() async throws {
        try await store()
        let bar = try document("--goproxy", "https://athens.example.com|https://goproxy.cn")
        let rows = bar["rows"]?.elements ?? []
        #expect(rows.map { $0["place"]?.text } == ["athens.example.com", "goproxy.cn"])
        #expect(rows.map { $0["asked"]?.number } == [10, 5])
        #expect(rows.map { $0["served"]?.number } == [5, 5])
        #expect(rows.map { $0["served_share"]?.number } == [0.5, 0.5])
        #expect(bar["totals"]?["served"]?.number == 10 && bar["totals"]?["wishes"]?.number == 10)
        #expect(bar["totals"]?["served_by_hops"]?.elements.map(\.number) == [5, 5])
        #expect(bar["totals"]?["added_ms"]?.number == 250)
        let comma = try document("--goproxy", "https://athens.example.com,https://goproxy.cn")
        #expect(comma["totals"]?["served"]?.number == 8 && comma["totals"]?["failed"]?.number == 2)
        let failures = comma["failures"]?.elements ?? []
        #expect(failures.count == 2 && failures.allSatisfy { $0["place"]?.text == "athens.example.com" })
    }

    @Test("says which list it walked along, and who named it, without what is secret in it")
    func whichList() async throws {
        try await store()
        func run(_ words: [String], _ environment: [String: String] = [:]) -> InMemoryCommandLine {
            InMemoryCommandLine(
                ["chain", "replay", "--db", path] + words,
                environment: environment.merging(["HOME": "/nonexistent"]) { first, _ in first })
        }
        #expect(
            run([]).output.contains(
                "along proxy.golang.org,direct (the go command's default; --goproxy names another one)"))
        let set = ["GOPROXY": "https://me:secret@athens.example.com/go|direct"]
        #expect(run([], set).output.contains("along athens.example.com|direct (GOPROXY of the environment)"))
        #expect(
            run(["--goproxy", "https://goproxy.cn"], set).output.contains("along goproxy.cn (--goproxy)"))
        #expect(
            try document("--goproxy", "https://goproxy.cn,direct")["goproxy"]?.text == "goproxy.cn,direct")
    }

    @Test("5: two chains are compared request by request")
    func baseline() async throws {
        try await store()
        let words = [
            "chain", "replay", "--db", path, "--goproxy", "https://athens.example.com|https://goproxy.cn",
            "--baseline", "https://athens.example.com,https://goproxy.cn",
        ]
        let answer = InMemoryCommandLine(words)
        #expect(answer.status == .success, "\(answer.diagnostics)")
        #expect(answer.output.contains("2 more are served, 0 are lost"))
        #expect(answer.output.contains("2 requests of nobody would go to goproxy.cn"))
        #expect(answer.output.contains("50.00 % by the first place asked, 50.00 % by the second place asked"))
    }

    @Test("the go command's probing for modules is nobody's wish")
    func probes() async throws {
        try await StoredRequest.store(
            [
                StoredRequest(ago: 30 * Self.minute, version: 0, host: "athens.example.com"),
                StoredRequest(
                    ago: 30 * Self.minute, status: 404, version: 0, host: "athens.example.com",
                    path: "/example.com/@v/list"),
            ], in: path)
        let found = try document("--goproxy", "https://athens.example.com")
        #expect(found["totals"]?["wishes"]?.number == 1 && found["totals"]?["failed"]?.number == 0)
    }

    @Test("what was never asked is unknown, and the hosts that were asked are named")
    func unknown() async throws {
        try await store()
        let answer = InMemoryCommandLine([
            "chain", "replay", "--db", path, "--goproxy", "https://proxy.golang.org,direct",
        ])
        #expect(answer.output.contains("10 requests: 0 served, 0 failed, 10 unknown"))
        #expect(answer.output.contains("proxy.golang.org was not asked for any file that comes to it here"))
        #expect(answer.output.contains("athens.example.com, goproxy.cn"))
    }

    @Test("1.3: private modules are asked of their repositories, of which nothing is recorded")
    func privateModules() async throws {
        try await store()
        let found = try document("--goproxy", "https://athens.example.com", "--goprivate", "example.com")
        #expect(found["rows"]?.elements.map { $0["place"]?.text } == ["noproxy"])
        #expect(found["totals"]?["unknown"]?.number == 10)
    }

    @Test(
        "wrong input gets a sentence",
        arguments: [
            (
                ["--goproxy", "goproxycn"],
                "--goproxy: the go command refuses this list: \"goproxycn\" is a single word"
            ),
            (["--goproxy", "off", "--baseline", "ftp://a.com"], "--baseline: the go command refuses"),
            (["--mirrors", "/nonexistent.yaml"], "cannot read"),
        ])
    func wrong(words: [String], sentence: String) async throws {
        try await store()
        let answer = InMemoryCommandLine(["chain", "replay", "--db", path] + words)
        #expect(answer.status == .usage)
        #expect(answer.diagnostics.contains(sentence), "\(answer.diagnostics)")
    }

    @Test("without requests there is a sentence, and the examples of --help run")
    func examples() async throws {
        try await store()
        let nothing = InMemoryCommandLine([
            "chain", "replay", "--db", path, "--goproxy", "off", "--since", "2m",
        ])
        #expect((nothing.output + nothing.diagnostics).contains("no module requests in the window"))
        let help = InMemoryCommandLine(["chain", "replay", "--help"]).output
        let examples = help.split(separator: "\n").filter { $0.hasPrefix("  traceq chain replay") }
        #expect(examples.count == 2)
        for example in examples {
            let words = example.filter { $0 != "'" }.split(separator: " ").dropFirst().map(String.init)
            let answer = InMemoryCommandLine(words + ["--db", path])
            #expect(answer.status == .success, "\(words) \(answer.diagnostics)")
            #expect(answer.output.contains("10 requests"))
        }
    }
}
