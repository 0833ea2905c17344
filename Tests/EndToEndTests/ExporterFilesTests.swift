import Foundation
import TestSupport
import Testing

/// What `config/exporters` has is run as it is, but for ports: by the programs that can be had.
@Suite(
    "2.4: what config/exporters has makes nodes, caches and hops known", .serialized, .timeLimit(.minutes(15))
)
struct ExporterFilesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "00-\(trace)-b7ad6b7169203331-01"

    private func text(_ name: String) throws -> String {
        try String(
            contentsOf: Repository.root.appending(path: "config/exporters/\(name)"), encoding: .utf8)
    }

    /// The variables of an `.env` file.
    private func environment(_ name: String) throws -> [String: String] {
        var variables: [String: String] = [:]
        for line in try text(name).split(separator: "\n") where !line.hasPrefix("#") {
            guard let mark = line.firstIndex(of: "=") else { throw TestSupportError("no variable: \(line)") }
            variables[String(line[..<mark])] = String(line[line.index(after: mark)...])
        }
        return variables
    }

    /// A text in which each part stands once, with others in their place.
    private func replacing(_ text: String, _ parts: [(String, String)]) throws -> String {
        var text = text
        for (old, new) in parts {
            #expect(text.ranges(of: old).count == 1, "\(old)")
            text = text.replacing(old, with: new)
        }
        return text
    }

    /// Asks for a module, as a part of a trace or not; gives the trace in which the proxy behind was asked.
    private func ask(_ port: Int, _ word: String, inTrace: Bool = false) async throws -> String {
        let header = inTrace ? ["--header", "traceparent: \(Self.parent)"] : []
        let answer = try await FinishedProgram.run(
            "/usr/bin/curl",
            [
                "--silent", "--show-error", "--fail", "--output", "/dev/null", "--write-out",
                "%header{x-asked-in}",
            ]
                + header + ["http://127.0.0.1:\(port)/example.com/\(word)/@v/v1.0.0.zip"]
        ).succeeded()
        return answer.standardOutput
    }

    /// What is known of the spans of a service, by the word in their path.
    private func known(_ database: Database, spans count: Int) async throws -> [String: [String: String]] {
        let statement = """
            SELECT module, kind, service, node, node_source, cache_result, trace_id,
                resource_attr(spans, 'cloud.region') AS region FROM spans WHERE module IS NOT NULL
            """
        var rows: [JSONValue] = []
        for _ in 0..<200 {
            rows = try await database.rows(["sql", statement])
            if rows.count >= count { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(rows.count == count)
        var known: [String: [String: String]] = [:]
        for case .object(let members) in rows {
            let values = members.compactMapValues { $0.text }
            let word = values["module"]?.split(separator: "/").last.map(String.init) ?? ""
            known[word] = values
        }
        for row in known.values {
            #expect(row["service"] == "modproxy-edge" && row["kind"] == "server")
            #expect(row["node"] == "edge-sha-01" && row["node_source"] == "service.instance.id")
            #expect(row["region"] == "cn-east-2")
        }
        return known
    }

    @Test("2.4: Caddy")
    func caddy() async throws {
        let database = try Database()
        let proxy = try await EchoProxy.start(in: folder)
        defer { proxy.stop() }
        try await Collector.running(on: database) { collector in
            var variables = try environment("caddy.env")
            #expect(variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318")
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:\(collector.httpPort)"
            let snippet = Repository.root.appending(path: "config/exporters/caddy.caddyfile")
            let port = try freePort()
            let caddy = try await Caddy.start(
                in: folder, port: port,
                configuration: """
                    {
                        admin off
                        auto_https off
                        persist_config off
                    }
                    import \(snippet.path(percentEncoded: false))
                    http://127.0.0.1:\(port) {
                        import traceq
                        reverse_proxy /example.com/gone/* 127.0.0.1:\(try freePort())
                        reverse_proxy 127.0.0.1:\(proxy.port)
                    }
                    """, environment: variables)
            defer { caddy.killAtOnce() }
            #expect(try await ask(port, "hit", inTrace: true).hasPrefix("00-\(Self.trace)-"))
            for word in ["miss", "kept", "unknown"] { #expect(try await ask(port, word).hasPrefix("00-")) }
            await #expect(throws: TestSupportError.self) { try await ask(port, "gone") }
            let known = try await known(database, spans: 5)
            #expect(known["hit"]?["cache_result"] == "hit" && known["hit"]?["trace_id"] == Self.trace)
            #expect(known["miss"]?["cache_result"] == "miss")
            #expect(known["kept"]?["cache_result"] == "hit")
            #expect(known["unknown"].map { $0["cache_result"] == nil } == true)
            try await expectUpstream(in: database)
        }
    }

    /// As the file says: a span says 200 where nobody answered, and its other attributes say that nobody did.
    private func expectUpstream(in database: Database) async throws {
        let rows = try await database.rows([
            "sql",
            """
            SELECT attr(spans, 'http.response.status_code') AS status, attr(spans, 'caddy.upstream_status') AS upstream,
                attr(spans, 'caddy.upstream_header_ms') AS header, attr(spans, 'caddy.upstream') AS host
            FROM spans ORDER BY module = 'example.com/gone' DESC
            """,
        ])
        #expect(
            rows.allSatisfy {
                $0["status"]?.number == 200 && $0["host"]?.text?.hasPrefix("127.0.0.1:") == true
            })
        #expect(rows.map { $0["upstream"]?.text } == ["", "200", "200", "200", "200"])
        #expect(
            rows.map { $0["header"]?.text.flatMap(Double.init) != nil } == [false, true, true, true, true])
    }

    @Test("2.4: Envoy, without its cache filter and with it", arguments: [false, true])
    func envoy(withCache: Bool) async throws {
        let database = try Database()
        let proxy = try await EchoProxy.start(in: folder)
        defer { proxy.stop() }
        try await Collector.running(on: database) { collector in
            let port = try freePort()
            var configuration = try replacing(
                text("envoy.yaml"),
                [
                    ("address: 0.0.0.0, port_value: 8080", "address: 127.0.0.1, port_value: \(port)"),
                    ("port_value: 3000", "port_value: \(proxy.port)"),
                    ("port_value: 4317", "port_value: \(collector.grpcPort)"),
                ])
            if withCache {
                // What begins with a hash and no space is switched off.
                configuration = configuration.replacing(/(\n *)#([- ] )/) { $0.output.1 + $0.output.2 }
                #expect(configuration.contains("\n                  - name: envoy.filters.http.cache\n"))
            }
            let envoy = try await Envoy.start(
                in: folder, port: port, configuration: configuration, environment: environment("envoy.env"))
            defer { envoy.stop() }
            let askedIn = try await ask(port, "hit", inTrace: true)
            for word in ["miss", "kept"] { _ = try await ask(port, word) }
            let untraced = try await ask(port, "unknown")
            if withCache { _ = try await ask(port, "unknown") }
            let known = try await known(database, spans: withCache ? 5 : 4)
            #expect(known["hit"]?["cache_result"] == "hit" && known["hit"]?["trace_id"] == Self.trace)
            #expect(known["miss"]?["cache_result"] == "miss")
            #expect(known["kept"]?["cache_result"] == "hit")
            let statement = "SELECT count(*) AS n FROM spans WHERE kind = 'client' AND name LIKE '%egress'"
            let upstream = try await database.rows(["sql", statement]).first?["n"]?.number
            if withCache {
                let results = try await database.rows([
                    "sql", "SELECT cache_result FROM spans WHERE module LIKE '%unknown' ORDER BY start_ns",
                ])
                #expect(results.map { $0["cache_result"]?.text } == [nil, "hit"])
                // As the file says: what the filter fetches is outside of Envoy's own trace.
                #expect(askedIn == Self.parent && untraced == "none" && upstream == 0)
            } else {
                #expect(known["unknown"].map { $0["cache_result"] == nil } == true)
                #expect(askedIn.hasPrefix("00-\(Self.trace)-") && askedIn != Self.parent)
                #expect(untraced.hasPrefix("00-") && upstream == 4)
            }
        }
    }

    @Test(
        "2.4: each names a node, a region and the port of the collector for its protocol",
        arguments: [
            ("nginx.conf", "4317"), ("caddy.env", "4318"), ("envoy.yaml", "4317"), ("athens.env", "4317"),
            ("traefik.yaml", "4318"),
        ])
    func content(name: String, port: String) throws {
        let file = try text(name) + (name == "envoy.yaml" ? text("envoy.env") : "")
        #expect(file.contains("service.instance.id") && file.contains("cloud.region"))
        #expect(file.contains("127.0.0.1:\(port)") || file.contains("port_value: \(port)"))
    }
}
