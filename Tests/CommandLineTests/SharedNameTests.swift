import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("Nodes of one name that run different services are told apart as name (service)")
struct SharedNameTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000

    private static func request(
        _ node: String, _ service: String, minutesAgo: Int64 = 1, millis: Int64 = 100
    ) -> StoredRequest {
        StoredRequest(ago: minutesAgo * minute, millis: millis, node: node, service: service)
    }

    /// A host with two services, of which one is slow, and one with a single service.
    private func store(_ more: [StoredRequest] = []) async throws {
        let requests = (0..<8).flatMap { _ in
            [
                Self.request("host-1", "nginx"), Self.request("host-1", "athens", millis: 900),
                Self.request("host-2", "nginx"),
            ]
        }
        try await StoredRequest.store(requests + more, in: path)
    }

    /// A field of all rows of an answer, in order of the text.
    private func values(_ key: String, _ words: String...) throws -> [String] {
        let answer = InMemoryCommandLine(words + ["--db", path, "--json"])
        let document = try JSONValue(parsing: answer.output)
        return (document["rows"]?.elements ?? []).compactMap { $0[key]?.text }.sorted()
    }

    private static let labels = ["host-1 (athens)", "host-1 (nginx)", "host-2"]

    @Test("compare and misses by node have a group of each")
    func groups() async throws {
        try await store()
        #expect(try values("group", "compare", "--by", "node") == Self.labels)
        #expect(try values("group", "compare", "--by", "node", "--unit", "session") == Self.labels)
        let answer = InMemoryCommandLine(["misses", "--by", "node", "--db", path])
        for label in Self.labels { #expect(answer.output.contains(label), "\(answer.output)") }
        let named = InMemoryCommandLine(
            ["compare", "--by", "node", "--baseline", "host-1 (nginx)", "--db", path, "--json"])
        #expect(named.output.contains(#""group":"host-1 (nginx)","n":8"#), "\(named.output)")
        let unclear = InMemoryCommandLine(["compare", "--by", "node", "--baseline", "host-1", "--db", path])
        #expect(unclear.status == .usage)
        #expect(
            unclear.diagnostics.contains(
                "the node 'host-1'; there are host-1 (athens), host-1 (nginx), host-2"),
            "\(unclear.diagnostics)")
    }

    @Test("the map has a place for each")
    func map() async throws {
        try await store()
        #expect(Set(try values("to", "map")).isSuperset(of: Self.labels))
    }

    @Test(
        "tables of nodes and lag show the service; the field node stays the name",
        arguments: ["nodes", "lag"])
    func tables(command: String) async throws {
        try await store()
        let table = InMemoryCommandLine([command, "--db", path])
        for label in Self.labels { #expect(table.output.contains(label), "\(table.output)") }
        #expect(!table.output.contains("host-2 ("))
        #expect(try values("node", command) == ["host-1", "host-1", "host-2"])
        #expect(try values("service", command) == ["athens", "nginx", "nginx"])
    }

    @Test("a name of one service stays as it is, also where another one had it in another window")
    func single() async throws {
        try await store([Self.request("host-2", "athens", minutesAgo: 90)])
        #expect(try values("group", "compare", "--by", "node", "--service", "nginx") == ["host-1", "host-2"])
        #expect(try values("group", "compare", "--by", "node") == Self.labels)
    }

    @Test("of two windows both call a node the same")
    func windows() async throws {
        try await StoredRequest.store(
            (0..<8).flatMap { _ in
                [
                    Self.request("host-1", "nginx"), Self.request("host-1", "nginx", minutesAgo: 90),
                    Self.request("host-1", "athens", minutesAgo: 90, millis: 900),
                ]
            }, in: path)
        let answer = InMemoryCommandLine(
            ["compare", "--by", "node", "--baseline-since", "2h", "--db", path, "--json"])
        let rows = try JSONValue(parsing: answer.output)["rows"]?.elements ?? []
        #expect(rows.compactMap { $0["group"]?.text } == ["host-1 (nginx)"], "\(answer.output)")
        #expect(rows.first?["baseline_n"]?.number == 8, "\(answer.output)")
    }
}
