import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("A filter that fits nothing in the window is named, with what there is in its place")
struct MissedFilterTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000

    /// Seven nodes in two regions, one of them a proxy, and three modules.
    private func store() async throws {
        let edges = [
            "edge-ams-01", "edge-fra-01", "edge-fra-02", "edge-fra-03", "edge-iad-01", "edge-iad-02",
        ]
        var requests = edges.enumerated().map { number, node in
            StoredRequest(
                ago: Self.minute * Int64(number + 1), node: node,
                module: number.isMultiple(of: 2) ? "example.com/m" : "example.com/n",
                region: node.contains("iad") ? "us-east" : "eu-central")
        }
        requests.append(
            StoredRequest(
                ago: Self.minute, node: "proxy-1", module: "github.com/pkg/errors", region: "eu-central",
                service: "goproxy", role: "proxy"))
        try await StoredRequest.store(requests, in: path)
    }

    private func ask(_ words: [String]) -> InMemoryCommandLine {
        InMemoryCommandLine(words + ["--db", path])
    }

    /// The sentence in place of a table.
    private func sentence(_ words: String...) -> String {
        String(ask(words).output.prefix { $0 != "\n" })
    }

    @Test(
        "every command that takes a region says so alike, in the note of JSON as well",
        arguments: [
            "slowest", "slowest --by fetch", "slowest --by session", "misses", "misses --by node", "errors",
            "critical-path", "why --slow", "compare --by mirror", "prewarm", "recommend", "nodes",
            "nodes --by region", "lag", "map", "slo", "leaks --private corp.example.com",
            "chain replay --goproxy https://proxy.example.com,direct",
        ])
    func everyCommand(command: String) async throws {
        try await store()
        let words = command.split(separator: " ").map(String.init) + ["--region", "eu-centrl"]
        let answer = ask(words)
        let part =
            " in the window fits --region 'eu-centrl'; there are the regions eu-central and us-east"
        #expect(answer.status == .success, "\(answer.diagnostics)")
        #expect(answer.output.hasPrefix("no "), "\(answer.output)")
        #expect(answer.output.contains(part + "\n"), "\(answer.output)")
        let json = ask(words + ["--json"])
        #expect(json.status == .success)
        #expect(
            json.output.contains(#""code":"empty_window""#) && json.output.contains(part), "\(json.output)")
    }

    @Test("names that are spelt nearly so come first, then those that have it as a part, at most five")
    func order() async throws {
        try await store()
        #expect(
            sentence("errors", "--node", "edge-fra-1")
                == "no module request in the window fits --node 'edge-fra-1'; there are the nodes edge-fra-01, "
                + "edge-fra-02, edge-fra-03, edge-ams-01, edge-iad-01 and 2 more")
        #expect(sentence("errors", "--node", "Edge-IAD-02*").contains("the nodes edge-iad-02, edge-iad-01, "))
        #expect(
            sentence("errors", "--module", "pkg/errors").hasSuffix(
                "fits --module 'pkg/errors'; there are the modules github.com/pkg/errors, example.com/m and "
                    + "example.com/n"))
        #expect(
            sentence("errors", "--upstream", "gihub.com").hasSuffix(
                "'gihub.com'; there are the hosts github.com and example.com"))
        #expect(
            sentence("errors", "--service", "egde").hasSuffix(
                "'egde'; there are the services edge and goproxy"))
        #expect(sentence("errors", "--proxy", "edge-fra-01").hasSuffix("'; the only proxy is proxy-1"))
    }

    @Test("of several filters those are named that fit nothing; where each fits something, all are")
    func several() async throws {
        try await store()
        #expect(
            sentence("misses", "--node", "edge-fra-01", "--region", "us-west").hasSuffix(
                " fits --region 'us-west'; there are the regions us-east and eu-central"))
        #expect(
            sentence("misses", "--proxy", "proxy-2", "--region", "us-west").hasSuffix(
                " fits --proxy 'proxy-2' or --region 'us-west'; the only proxy is proxy-1; there are the regions "
                    + "us-east and eu-central"))
        #expect(
            sentence("misses", "--node", "edge-fra-01", "--region", "us-*")
                == "no module file request in the window fits --node and --region; leave one out, or use * for a "
                + "part that you do not know")
    }

    @Test("questions about spans name nodes and services of all spans")
    func spans() async throws {
        try await StoredRequest.store(
            [
                StoredRequest(ago: Self.minute, node: "web-1", path: "/index.html", service: "web"),
                StoredRequest(ago: 90 * Self.minute, node: "web-2", path: "/index.html", service: "web"),
            ], in: path)
        for command in ["slowest", "stats"] {
            let noun = command == "stats" ? "span" : "request"
            #expect(
                sentence(command, "--node", "web1")
                    == "no \(noun) in the window fits --node 'web1'; the only node is web-1")
            #expect(
                sentence(command, "--service", "wbe", "--since", "2h", "--node", "web_1")
                    == "no \(noun) in the window fits --service 'wbe' or --node 'web_1'; the only service is web; "
                    + "there are the nodes web-1 and web-2")
        }
        #expect(
            sentence("map", "--region", "eu").hasSuffix(
                "; no node names a region (cloud.region, else edge.site)"))
    }

    @Test("where no span asks a module proxy for anything, it is not the filter")
    func noModuleRequest() async throws {
        try await StoredRequest.store(
            [StoredRequest(ago: Self.minute, node: "web-1", path: "/index.html")], in: path)
        for command in ["errors", "misses", "prewarm", "critical-path"] {
            #expect(
                sentence(command, "--node", "web1").contains("none of its spans asks a Go module proxy for"),
                "\(sentence(command, "--node", "web1"))")
        }
        #expect(sentence("errors", "--node", "x", "--until", "30m").contains("oldest span is from"))
    }

    @Test(
        "what was typed and what is stored is shown without its control characters, and cut where it is long")
    func escaped() async throws {
        try await StoredRequest.store([StoredRequest(ago: Self.minute, node: "a\u{1b}[31m")], in: path)
        let long = String(repeating: "x", count: 500)
        let answer = sentence("errors", "--node", "b\u{1b}[0m", "--module", long)
        #expect(!answer.contains("\u{1b}") && answer.utf8.count < 300, "\(answer)")
    }
}
