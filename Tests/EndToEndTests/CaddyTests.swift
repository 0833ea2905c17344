import TestSupport
import Testing

@Suite("A real Caddy's requests are found", .serialized, .timeLimit(.minutes(15)))
struct CaddyTests {
    @Test("K2: Caddy: 200 module URLs with their paths and statuses", arguments: ["http/protobuf", "grpc"])
    func requestsAreListed(protocolName: String) async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            let folder = try TemporaryDirectory()
            let files = try ModuleFiles(count: 200, in: folder)
            let port = protocolName == "grpc" ? collector.grpcPort : collector.httpPort
            let caddy = try await Caddy.start(
                in: folder, exporting: protocolName, to: "http://127.0.0.1:\(port)")
            defer { caddy.killAtOnce() }
            try await fetch(files, from: caddy, keepingListIn: folder)
            let ended = try await caddy.terminate()
            #expect(!ended.standardError.contains("traces export"), "\(ended.standardError)")

            let rows = try await database.rows(["slowest", "--since", "1h", "--limit", "1000"])
            #expect(rows.count == 200)
            let statuses = rows.compactMap { row in
                row["path"]?.text.map { ($0, Int(row["http_status"]?.number ?? 0)) }
            }
            #expect(Dictionary(statuses, uniquingKeysWith: { $1 }) == files.statusOfPath)
            #expect(rows.allSatisfy { $0["service"]?.text == Caddy.service })
            #expect(rows.allSatisfy { $0["name"]?.text == "module-proxy" })
            #expect(rows.allSatisfy { $0["kind"]?.text == "server" })
            let durations = rows.map { $0["duration_ms"]?.number ?? 0 }
            #expect(durations == durations.sorted(by: >))
            try await expectNodeFromPeer(in: database)
        }
    }

    /// Caddy names no node: the address that it sends from stands in, and the output says so.
    private func expectNodeFromPeer(in database: Database) async throws {
        let words = ["slowest", "--since", "1h", "--node", "127.0.0.1", "--limit", "1000"]
        let document = try await database.document(words)
        let rows = document["rows"]?.elements ?? []
        #expect(rows.count == 200)
        #expect(rows.allSatisfy { $0["node"]?.text == "127.0.0.1" })
        #expect(rows.allSatisfy { $0["node_source"]?.text == "peer address" })
        let notes = (document["notes"]?.elements ?? []).compactMap { $0["code"]?.text }
        #expect(notes.contains("node_from_peer"))

        let table = try await database.ask(words).succeeded()
        #expect((table.standardOutput + table.standardError).contains("address"))
        #expect(try await database.rows(["slowest", "--since", "1h", "--node", "another-node"]).isEmpty)
    }

    /// Asks for every file with curl, in one run of it.
    private func fetch(
        _ files: ModuleFiles, from caddy: Caddy, keepingListIn folder: TemporaryDirectory
    ) async throws {
        let expected = files.statusOfPath
        let requests = expected.keys.map { path in
            "url = \"http://127.0.0.1:\(caddy.port)\(path)\"\noutput = \"/dev/null\"\n"
        }
        try folder.write(requests.joined(), to: "urls")
        let answers = try await FinishedProgram.run(
            "/usr/bin/curl",
            ["--silent", "--show-error", "--config", folder.file("urls"), "--write-out", "%{http_code}\n"]
        ).succeeded()
        let statuses = answers.standardOutput.split(separator: "\n").compactMap { Int($0) }
        #expect(statuses.count == expected.count)
        #expect(statuses.filter { $0 == 200 }.count == files.present.count)
        #expect(statuses.filter { $0 == 404 }.count == files.absent.count)
    }
}
