import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq slo says whether objectives were kept")
struct SLOCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000
    private static let hour = 60 * minute
    private static let day = 24 * hour

    private typealias Request = StoredRequest

    private func store(_ requests: [Request]) async throws {
        try await StoredRequest.store(requests, in: path)
    }

    private func ask(_ words: String...) -> InMemoryCommandLine {
        InMemoryCommandLine(["slo", "--db", path] + words)
    }

    /// The rows of the answer, by objective.
    private func rows(_ words: String...) throws -> [String: JSONValue] {
        let answer = InMemoryCommandLine(["slo", "--db", path, "--json"] + words)
        let document = try JSONValue(parsing: answer.output)
        return Dictionary(
            (document["rows"]?.elements ?? []).map { ($0["objective"]?.text ?? "", $0) },
            uniquingKeysWith: { $1 })
    }

    @Test("3.2: all kept: the figures, the budgets, and exit code 0")
    func kept() async throws {
        try await store(
            (0..<1000).map { Request(ago: 2 * Self.day + Int64($0), bytes: 3_000_000 + Int64($0)) })
        let answer = ask()
        #expect(answer.status == .success, "\(answer.diagnostics)")
        let rows = try rows()
        #expect(rows["latency"]?["value"]?.number == 100 && rows["latency"]?["unit"]?.text == "ms")
        #expect(rows["latency"]?["verdict"]?.text == "met" && rows["latency"]?["budget_spent"] == .null)
        #expect(rows["throughput"]?["value"]?.number == 30_004_995)
        #expect(
            rows["availability"]?["value"]?.number == 1 && rows["availability"]?["budget_spent"]?.number == 0)
        #expect(rows["availability"]?["budget_ms"]?.number == 1_296_000)
        #expect(rows["hit ratio"]?["value"]?.number == 1 && rows["hit ratio"]?["events"]?.number == 1000)
        #expect(rows["visibility lag"]?["verdict"]?.text == "undecided")
        #expect(answer.output.contains("4 met, 1 undecided"))
        #expect(answer.output.contains("mean below 200.0 ms"))
        #expect(answer.output.contains("100 %, 21m36s"))
        #expect(answer.output.contains("availability: 1 - (5xx"))
    }

    @Test("3.2: a missed objective is exit code 2, with what it was missed by")
    func missed() async throws {
        try await store(
            (0..<1000).map {
                Request(ago: 20 * Self.day, status: $0 < 2 ? 503 : 200, cache: $0 < 20 ? "miss" : "hit")
            })
        #expect(ask().status == .conditionFound)
        let rows = try rows()
        #expect(rows["availability"]?["verdict"]?.text == "missed")
        #expect(rows["availability"]?["bad"]?.number == 2)
        #expect(abs((rows["availability"]?["budget_spent"]?.number ?? 0) - 4) < 1e-6)
        #expect((rows["availability"]?["budget_left_ms"]?.number ?? 0) < 0)
        #expect(
            rows["hit ratio"]?["verdict"]?.text == "missed" && rows["hit ratio"]?["value"]?.number == 0.98)
        // It was twenty days ago.
        #expect(rows["availability"]?["burn_1h"] == .null && rows["availability"]?["alert"] == .null)
        let old = ask("--window", "7d")
        #expect(old.status == .success)
        #expect((old.output + old.diagnostics).contains("no module requests in the window"))
    }

    @Test("3.2: a budget that goes too fast is exit code 2 before it is gone")
    func burning() async throws {
        try await store(
            (0..<40_000).map { Request(ago: 10 * Self.day + Int64($0)) }
                + (0..<500).map { Request(ago: 30_000_000_000 + Int64($0), status: $0 < 5 ? 503 : 200) })
        let answer = ask()
        #expect(answer.status == .conditionFound)
        let row = try rows()["availability"]
        #expect(row?["verdict"]?.text == "met" && row?["alert"]?.text == "page")
        #expect(abs((row?["burn_1h"]?.number ?? 0) - 20) < 1e-6)
        #expect(answer.output.contains("more than 14.4 times as fast as allowed"))
    }

    @Test("2.6: one cold version is one miss of three requests, and one of versions")
    func versions() async throws {
        let versions = (0..<50).flatMap { version in
            ["miss", "hit", "hit"].map { word in
                Request(
                    ago: Self.hour + Int64(version) * Self.minute, cache: version < 5 ? word : "hit",
                    version: version)
            }
        }
        try await store(versions)
        try folder.write(
            """
            objectives:
              - {name: requests, indicator: hit_ratio, above: 96%}
              - {name: versions, indicator: hit_ratio, above: 96%, count: versions}
            """, to: "slo.yaml")
        #expect(ask("--file", folder.file("slo.yaml")).status == .conditionFound)
        let rows = try rows("--file", folder.file("slo.yaml"))
        #expect(rows["requests"]?["events"]?.number == 150 && rows["requests"]?["bad"]?.number == 5)
        #expect(rows["requests"]?["verdict"]?.text == "met" && rows["versions"]?["verdict"]?.text == "missed")
    }

    @Test("3, L5: a version is late where a node refused it for long after it was published")
    func visibility() async throws {
        var requests: [Request] = []
        var publications: [Publication] = []
        for version in 0..<30 {
            let ago = Self.hour + Int64(version) * Self.minute
            publications.append(
                Publication(
                    module: "example.com/m", version: "v1.\(version).0",
                    time: InMemoryCommandLine.now.advanced(byNanos: -ago)))
            requests.append(Request(ago: ago, node: "edge-1", version: version))
            // The other node refuses it ten seconds later, or forty-five, and has it soon after that.
            let refused: Int64 = version < 4 ? 45_000_000_000 : 10_000_000_000
            requests.append(Request(ago: ago - refused, status: 404, node: "edge-2", version: version))
            requests.append(Request(ago: ago - refused - 5_000_000_000, node: "edge-2", version: version))
        }
        try await store(requests)
        do {
            let store = try PublicationStore(path: path)
            _ = try store.add(publications)
        }
        let row = try rows()["visibility lag"]
        #expect(row?["events"]?.number == 60 && row?["bad"]?.number == 4)
        #expect(row?["verdict"]?.text == "missed")
        let good = try rows("--node", "edge-1")["visibility lag"]
        #expect(good?["events"]?.number == 30 && good?["verdict"]?.text == "met")
    }

    @Test("what nobody knows is left out, and told")
    func leftOut() async throws {
        try await store((0..<40).map { Request(ago: Self.hour, cache: $0 < 25 ? "" : "hit") })
        let row = try rows()["hit ratio"]
        #expect(row?["events"]?.number == 15 && row?["left_out"]?.number == 25)
        #expect(row?["verdict"]?.text == "undecided")
        #expect(ask().output.contains("20 are needed for a verdict; of 25 more too little is known"))
    }

    @Test("without requests there is a sentence, and no table")
    func nothing() async throws {
        try await store([Request(ago: 40 * Self.day)])
        let answer = ask()
        #expect(answer.status == .success)
        #expect((answer.output + answer.diagnostics).contains("no module requests in the window"))
        #expect(!answer.output.contains("OBJECTIVE"))
        #expect(InMemoryCommandLine(["slo", "--db", folder.file("none.db")]).status == .database)
    }

    @Test(
        "wrong input gets a sentence",
        arguments: [
            (["--window", "1h"], "--window is '1h'; give a duration from 1d to 90d"),
            (["--window", "soon"], "--window is 'soon'"),
            (["--file", "/nonexistent/slo.yaml"], "cannot read"),
            (["--until", "when"], "when"), (["--kind", "zpi"], "zpi"),
        ])
    func wrong(words: [String], sentence: String) async throws {
        try await store([Request(ago: Self.hour)])
        let answer = InMemoryCommandLine(["slo", "--db", path] + words)
        #expect(answer.status == .usage)
        #expect(answer.diagnostics.contains(sentence), "\(answer.diagnostics)")
    }
}
