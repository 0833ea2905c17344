import OTLPModel
import TestSupport
import Testing

@testable import Telemetry
@testable import traceq

@Suite("traceq recommend says which GOPROXY to use where, and why")
struct RecommendCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000

    private func ask(_ words: String...) -> InMemoryCommandLine {
        InMemoryCommandLine(["recommend", "--db", path] + words)
    }

    private func document(_ words: String...) throws -> JSONValue {
        try JSONValue(parsing: InMemoryCommandLine(["recommend", "--db", path, "--json"] + words).output)
    }

    /// Requests that a host answered in a region.
    private func requests(
        _ host: String, _ count: Int = 30, millis: Int64, region: String? = "cn", failing: Int = 0,
        module: String = "example.com/m", node: String? = nil,
        change: (inout StoredRequest) -> Void = { _ in }
    ) -> [StoredRequest] {
        (0..<count).map { number in
            var request = StoredRequest(
                ago: 30 * Self.minute - Int64(number) * 1_000_000_000, millis: millis,
                status: number < failing ? 502 : 200, node: node ?? host + (region ?? ""), version: number,
                module: module, host: host, region: region)
            change(&request)
            return request
        }
    }

    private func goproxy(_ document: JSONValue) -> [String?] {
        (document["recommendations"]?.elements ?? []).map { $0["goproxy"]?.text }
    }

    private func verdicts(_ document: JSONValue) -> [String] {
        (document["rows"]?.elements ?? []).map {
            "\($0["host"]?.text ?? "") \($0["verdict"]?.text ?? "")"
        }
    }

    @Test(
        "what is no host is not recommended, however fast it was: it would stand in a line to copy",
        arguments: [
            "$(touch pwned)", "a.example|https://b.example", "c.example,off", "user:secret@d.example",
        ])
    func notAHost(name: String) async throws {
        try await StoredRequest.store(
            requests(name, millis: 10) + requests("goproxy.io", millis: 2_000), in: path)
        let found = try document("--region", "cn")
        #expect(goproxy(found) == ["https://goproxy.io,direct"])
        #expect(verdicts(found).first == "goproxy.io recommended")
        #expect(verdicts(found).contains { $0.hasSuffix(" not a host") })
        #expect(!"\(found)".contains("secret"))
        #expect(!ask("--region", "cn").output.contains("GOPROXY=https://\(name)"))
    }

    @Test("the fastest comes first and the next behind it, with figures and a line to copy")
    func fastest() async throws {
        try await StoredRequest.store(
            requests("proxy.golang.org", millis: 900) + requests("goproxy.cn", millis: 80)
                + requests("goproxy.io", millis: 2_000), in: path)
        let found = try document("--region", "cn")
        #expect(goproxy(found) == ["https://goproxy.cn|https://proxy.golang.org,direct"])
        #expect(
            verdicts(found) == [
                "goproxy.cn recommended", "proxy.golang.org fallback", "goproxy.io other",
            ])
        #expect(found["rows"]?.elements.first?["p95_ms"]?.number.map { abs($0 - 80) < 1 } == true)
        #expect(found["rows"]?.elements.first?["availability"]?.number == 1)
        #expect(found["rows"]?.elements.first?["hit_ratio"]?.number == 1)
        let answer = ask("--region", "cn")
        #expect(answer.status == .success, "\(answer.diagnostics)")
        #expect(answer.output.contains("\nGOPROXY=https://goproxy.cn|https://proxy.golang.org,direct\n"))
        #expect(answer.output.contains("30 requests, 100.00 % available"))
        #expect(answer.output.contains("against"))
        #expect(answer.output.contains("a bar before proxy.golang.org: it is asked after any error"))
    }

    @Test("behind a proxy that calls its failures \"not found\" stands one that does not, where there is one")
    func masking() async throws {
        try await StoredRequest.store(
            requests("goproxy.cn", millis: 80) + requests("goproxy.io", millis: 100)
                + requests("proxy.golang.org", millis: 900), in: path)
        let found = try document()
        #expect(goproxy(found) == ["https://goproxy.cn|https://proxy.golang.org,direct"])
        let alone = folder.file("alone.db")
        try await StoredRequest.store(requests("goproxy.cn", millis: 80), in: alone)
        let answer = InMemoryCommandLine(["recommend", "--db", alone])
        #expect(answer.output.contains("\nGOPROXY=https://goproxy.cn,direct\n"))
        #expect(answer.output.contains("there is nothing to fall back on"))
        #expect(answer.output.contains("note (masked-not-found): goproxy.cn (goproxy) answers 404 as well"))
    }

    @Test("who fails more often than chance explains is not first, however fast")
    func availability() async throws {
        try await StoredRequest.store(
            requests("goproxy.cn", 100, millis: 10, failing: 30)
                + requests("proxy.golang.org", 100, millis: 900), in: path)
        let found = try document()
        #expect(verdicts(found) == ["proxy.golang.org recommended", "goproxy.cn less available"])
        // One that fails so often is none to fall back on.
        #expect(goproxy(found) == ["https://proxy.golang.org,direct"])
        #expect(ask().output.contains("goproxy.cn failed more often than chance explains: 70.00 % available"))
    }

    @Test("who is below the minimum of availability is not first where another one meets it")
    func minimumOfAvailability() async throws {
        // By chance alone, their intervals meet: 3 of 30 and none of 30.
        try await StoredRequest.store(
            requests("goproxy.io", millis: 10, failing: 3) + requests("proxy.golang.org", millis: 900),
            in: path)
        let found = try document()
        #expect(verdicts(found) == ["proxy.golang.org recommended", "goproxy.io fallback"])
        #expect(goproxy(found) == ["https://proxy.golang.org|https://goproxy.io,direct"])
        #expect(found["availability_min"]?.number == 0.9995)
        #expect(found["recommendations"]?.elements.first?["meets_availability_min"] == .bool(true))
    }

    @Test("where no proxy meets the minimum, a sentence says so, and any error leads on")
    func leastBad() async throws {
        try await StoredRequest.store(
            requests("athens.example.com", 100, millis: 10, failing: 17)
                + requests("goproxy.cn", 100, millis: 900, failing: 20), in: path)
        let found = try document()
        #expect(verdicts(found) == ["athens.example.com least bad", "goproxy.cn below minimum"])
        #expect(goproxy(found) == ["https://athens.example.com|direct"])
        let advice = found["recommendations"]?.elements.first
        #expect(advice?["meets_availability_min"] == .bool(false))
        let reason = advice?["reasons"]?.elements.first?.text ?? ""
        #expect(reason.hasPrefix("no proxy here is 99.95 % available"), "\(reason)")
        let output = ask("--width", "400").output
        #expect(output.contains("athens.example.com is the least bad, and builds notice that it fails"))
        #expect(output.contains("a bar before direct: behind a comma only 404 and 410 lead on"))
    }

    @Test("the minimum is that of the user's slo.yaml")
    func objective() async throws {
        try await StoredRequest.store(
            requests("goproxy.io", millis: 10, failing: 3) + requests("proxy.golang.org", millis: 900),
            in: path)
        try folder.write(
            "objectives:\n  - name: a\n    indicator: availability\n    at_least: 80%\n",
            to: "traceq/slo.yaml")
        let found = try JSONValue(
            parsing: InMemoryCommandLine(
                ["recommend", "--db", path, "--json"], environment: ["XDG_CONFIG_HOME": folder.path]
            ).output)
        #expect(found["availability_min"]?.number == 0.8)
        #expect(verdicts(found) == ["goproxy.io recommended", "proxy.golang.org fallback"])
    }

    @Test("a verdict takes 20 requests, and says so", arguments: [19, 20])
    func minimum(count: Int) async throws {
        try await StoredRequest.store(requests("goproxy.cn", count, millis: 80), in: path)
        let found = try document()
        #expect(goproxy(found) == [count == 20 ? "https://goproxy.cn,direct" : nil])
        #expect(found["requests_min"]?.number == 20)
        #expect(verdicts(found) == ["goproxy.cn \(count == 20 ? "recommended" : "too few")"])
        guard count == 19 else { return }
        #expect(
            ask().output.contains(
                "in cn: no verdict: it takes 20 requests to a proxy, and the most that one has is 19"))
    }

    @Test("each region has its own, and nodes without one are told apart")
    func regions() async throws {
        try await StoredRequest.store(
            requests("goproxy.cn", millis: 80) + requests("proxy.golang.org", millis: 900)
                + requests("goproxy.cn", millis: 700, region: "eu")
                + requests("proxy.golang.org", millis: 60, region: "eu")
                + requests("goproxy.io", millis: 60, region: nil), in: path)
        let found = try document()
        #expect(
            goproxy(found) == [
                "https://goproxy.cn|https://proxy.golang.org,direct",
                "https://proxy.golang.org|https://goproxy.cn,direct", "https://goproxy.io,direct",
            ])
        #expect(
            found["recommendations"]?.elements.map { $0["region"]?.text } == ["cn", "eu", nil])
        #expect(ask().output.contains("where nodes name no region:"))
        #expect(goproxy(try document("--region", "eu")).count == 1)
    }

    @Test("1.2: with private modules only \"not found\" leads from one's own proxy to a public one")
    func privateModules() async throws {
        try await StoredRequest.store(
            requests("athens.example.com", millis: 20) + requests("proxy.golang.org", millis: 900), in: path)
        #expect(goproxy(try document()) == ["https://athens.example.com|https://proxy.golang.org,direct"])
        let found = try document("--private", "git.example.com,*.corp.example.com")
        #expect(goproxy(found) == ["https://athens.example.com,https://proxy.golang.org,direct"])
        let advice = found["recommendations"]?.elements.first
        #expect(advice?["goprivate"]?.text == "git.example.com,*.corp.example.com")
        #expect(advice?["gonosumdb"] == .null)
        #expect(
            ask("--private", "git.example.com").output.contains(
                "\nGOPRIVATE=git.example.com\n"))
    }

    @Test("1.3: a proxy of one's own that served private modules goes on to; only checksums are kept back")
    func ownProxy() async throws {
        try await StoredRequest.store(
            requests("athens.example.com", millis: 20)
                + requests("athens.example.com", 5, millis: 20, module: "git.example.com/a", node: "athens-2"),
            in: path)
        let advice = try document("--private", "git.example.com")["recommendations"]?.elements.first
        #expect(advice?["goproxy"]?.text == "https://athens.example.com,direct")
        #expect(advice?["goprivate"] == .null && advice?["gonosumdb"]?.text == "git.example.com")
        #expect(ask("--private", "git.example.com").output.contains("served 5 files of private modules"))
    }

    @Test("a proxy that no file knows is written as it was asked")
    func address() async throws {
        try await StoredRequest.store(
            requests("nexus.example.com", millis: 20) { request in
                request.path = "/repository/go/example.com/m/@v/v1.0.0.zip"
                request.more = [KeyValue("url.scheme", .string("http")), KeyValue("server.port", .int(8081))]
            }, in: path)
        #expect(goproxy(try document()) == ["http://nexus.example.com:8081/repository/go,direct"])
        #expect(ask().output.contains("note (insecure)"))
    }

    @Test("public mirrors that proxies ask are candidates, with who saw that said")
    func upstreams() async throws {
        let served = requests("athens.example.com", millis: 500, node: "athens-1")
        let calls = served.indices.map { number in
            StoredRequest(
                ago: served[number].ago - 1_000_000, millis: 100, cache: "", node: "athens-1",
                version: number, host: "goproxy.cn", region: "cn", kind: .client, parent: number)
        }
        try await StoredRequest.store(served + calls, in: path)
        let found = try document()
        let rows = found["rows"]?.elements ?? []
        #expect(rows.map { $0["seen_by"]?.text } == ["proxies", "servers"])
        #expect(goproxy(found) == ["https://goproxy.cn|https://athens.example.com,direct"])
        #expect(ask().output.contains("note (mixed_views)"))
    }

    @Test("what is recommended is nothing that chain lint calls wrong")
    func linted() async throws {
        try await StoredRequest.store(
            requests("goproxy.cn", millis: 80) + requests("athens.example.com", millis: 100)
                + requests("proxy.golang.org", millis: 900), in: path)
        for words in [[], ["--private", "git.example.com"]] {
            let found = try JSONValue(
                parsing: InMemoryCommandLine(["recommend", "--db", path, "--json"] + words).output)
            let advice = try #require(found["recommendations"]?.elements.first)
            let findings = ChainLint(
                settings: ModuleSettings(
                    goproxy: advice["goproxy"]?.text, goprivate: advice["goprivate"]?.text,
                    gonosumdb: advice["gonosumdb"]?.text)
            ).findings
            #expect(!findings.contains { $0.severity == .error }, "\(findings)")
        }
    }

    @Test("nothing to compare by, nothing there, a region that is not there: a sentence each")
    func nothing() async throws {
        try await StoredRequest.store(requests("", millis: 80, node: "n"), in: path)
        #expect(ask().output.contains("no request of the window tells which host was asked"))
        #expect(ask("--since", "2m").output.contains("no module file requests in the window"))
        let other = ask("--region", "mars-*")
        #expect(other.status == .success && other.output.contains("--region"))
        #expect(!other.output.contains("PROXY "))
    }

    @Test("a limit of rows keeps what is recommended, and says what is left out")
    func limit() async throws {
        try await StoredRequest.store(
            requests("a.example.com", 3, millis: 90) + requests("b.example.com", millis: 80)
                + requests("b.example.com", millis: 80, region: "eu"), in: path)
        let found = try document("--limit", "2")
        #expect(verdicts(found) == ["b.example.com recommended", "b.example.com recommended"])
        #expect(goproxy(found).count == 2)
        #expect(ask("--limit", "2").output.contains("1 more row, --limit shows them"))
        let refusal = ask("--limit", "-5")
        #expect(
            refusal.status == .usage && refusal.diagnostics.contains("--limit is -5; it must lie between 1"))
    }

    @Test("a table fits 80 columns")
    func width() async throws {
        try await StoredRequest.store(
            requests("proxy.golang.org", millis: 900) + requests("goproxy.cn", millis: 80), in: path)
        let answer = ask("--width", "80")
        for line in answer.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        #expect(answer.output.contains("VERDICT"))
    }

    @Test(
        "wrong input gets a sentence",
        arguments: [
            (["--private", ""], "--private names no module"), (["--kind", "zpi"], "zpi"),
            (["--mirrors", "/nonexistent.yaml"], "cannot read"),
            (["--since", "1h", "--until", "2h"], "--since must lie before --until"),
        ])
    func wrong(words: [String], sentence: String) async throws {
        try await StoredRequest.store(requests("goproxy.cn", 1, millis: 80), in: path)
        let answer = InMemoryCommandLine(["recommend", "--db", path] + words)
        #expect(answer.status == .usage)
        #expect(answer.diagnostics.contains(sentence), "\(answer.diagnostics)")
    }

    @Test("the examples of --help run")
    func examples() async throws {
        try await StoredRequest.store(requests("goproxy.cn", millis: 80, region: "cn-1"), in: path)
        let help = InMemoryCommandLine(["recommend", "--help"]).output
        let examples = help.split(separator: "\n").filter { $0.hasPrefix("  traceq recommend") }
        #expect(examples.count == 2)
        for example in examples {
            let typed = example.firstRange(of: "    ").map { example[..<$0.lowerBound] } ?? example
            let words = typed.filter { $0 != "'" }.split(separator: " ").dropFirst().map(String.init)
            let answer = InMemoryCommandLine(words + ["--db", path])
            #expect(
                answer.output.contains("GOPROXY=https://goproxy.cn,direct"), "\(words) \(answer.diagnostics)")
        }
    }
}
