import Foundation
import TestSupport
import Testing

/// A real go command downloads from a real Caddy, before a module proxy that caches, before a slow one. What the collector
/// was told by each, and what the go command wrote itself, is the same story.
@Suite("go, Caddy, a caching proxy and a slow upstream tell one story", .serialized, .timeLimit(.minutes(15)))
struct RealChainTests {
    private let folder: TemporaryDirectory
    private let database: Database

    init() throws {
        folder = try TemporaryDirectory()
        database = try Database()
    }

    /// How long the upstream takes for each file, in seconds.
    private static let delay = 0.2

    /// A request as the go command wrote of it.
    private struct Logged {
        var path: String
        var status: Int
        var seconds: Double
    }

    private func logged(_ output: String, from edge: String) -> [Logged] {
        output.split(separator: "\n").compactMap { line in
            guard let match = line.wholeMatch(of: /# get (\S+): (\d{3}) .*\(([0-9.]+)s\)/),
                match.output.1.hasPrefix(edge), let status = Int(match.output.2),
                let seconds = Double(match.output.3)
            else { return nil }
            return Logged(
                path: String(match.output.1.dropFirst(edge.count)), status: status, seconds: seconds)
        }
    }

    @Test(
        "5: cold and warm downloads: requests, results of caches, hops and times agree with the go command's log"
    )
    func coldAndWarm() async throws {
        try await Collector.running(on: database) { collector in
            let upstream = try await ModuleProxyFiles.serve(
                [("example.com/alpha", "v1.0.0"), ("example.com/beta", "v1.0.0")], in: folder,
                delay: Self.delay)
            defer { upstream.stop() }
            let proxy = try await startProxy(before: upstream.url, collector)
            defer { proxy.process.send(SIGKILL) }
            let (caddy, edge) = try await startEdge(before: proxy.port, collector)
            defer { caddy.killAtOnce() }

            let cold = try await download(from: edge, cache: "cold", collector)
            let warm = try await download(from: edge, cache: "warm", collector)
            #expect(!cold.isEmpty && Set(cold.map(\.path)) == Set(warm.map(\.path)))
            // The edge and the proxy a span for each request, the proxy another one for what it fetched, the go command one
            // for each.
            let count = cold.count * 4 + warm.count * 3
            for _ in 0..<300 where try await database.spanCount() < count {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await database.spanCount() == count)
            try await expectRequests(cold, warm)
            try await expectSlowest(cold)
        }
    }

    private func startProxy(
        before url: String, _ collector: Collector
    ) async throws -> (process: ChildProcess, port: Int) {
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/caching_proxy.py")
        let process = try ChildProcess(
            Repository.pythonEnvironmentProgram("python"), [script.path(percentEncoded: false), url],
            environment: ProcessInfo.processInfo.environment.merging([
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector.httpPort)",
                "OTEL_SERVICE_NAME": "module-proxy",
                "OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=proxy-1",
            ]) { $1 })
        let port = await process.standardOutput.first { line in
            line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
        }
        guard let port else {
            throw TestSupportError("the caching proxy ended: \(await process.standardError.wholeText())")
        }
        return (process, port)
    }

    /// Caddy as `config/exporters` has it.
    private func startEdge(
        before port: Int, _ collector: Collector
    ) async throws -> (caddy: Caddy, url: String) {
        let snippet = Repository.root.appending(path: "config/exporters/caddy.caddyfile")
        let own = try freePort()
        let caddy = try await Caddy.start(
            in: folder, port: own,
            configuration: """
                {
                    admin off
                    auto_https off
                    persist_config off
                }
                import \(snippet.path(percentEncoded: false))
                http://127.0.0.1:\(own) {
                    import traceq
                    reverse_proxy 127.0.0.1:\(port)
                }
                """,
            environment: [
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector.httpPort)",
                "OTEL_SERVICE_NAME": "modproxy-edge",
                "OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=edge-1",
            ])
        return (caddy, "http://127.0.0.1:\(own)")
    }

    private func download(
        from edge: String, cache: String, _ collector: Collector
    ) async throws -> [Logged] {
        let go = GoCommand(folder: folder)
        let environment = try go.environment(proxy: edge, needs: ["alpha", "beta"], cache: cache)
        let leading = [
            try BuiltProgram.traceq.path(), "record", "--to", "http://127.0.0.1:\(collector.httpPort)",
            "--node",
            "ci-1", "--",
        ]
        let run = try await go.run(["mod", "download", "-x"], by: leading, environment).succeeded()
        return logged(run.standardError, from: edge)
    }

    /// Each request of the log is one of the edge, one of the proxy and one of the client; what the caches did is as the go
    /// command must have felt it.
    private func expectRequests(_ cold: [Logged], _ warm: [Logged]) async throws {
        let statement = """
            SELECT service, kind, cache_result, duration_ms FROM spans WHERE module IS NOT NULL
            """
        let rows = try await database.rows(["sql", statement])
        func results(_ service: String, _ kind: String) -> [String: Int] {
            let own = rows.filter { $0["service"]?.text == service && $0["kind"]?.text == kind }
            return Dictionary(own.map { ($0["cache_result"]?.text ?? "none", 1) }, uniquingKeysWith: +)
        }
        // The proxy tells the edge what its cache did, by the header.
        #expect(results("module-proxy", "server") == ["miss": cold.count, "hit": warm.count])
        #expect(results("modproxy-edge", "server") == ["miss": cold.count, "hit": warm.count])
        #expect(results("module-proxy", "client").values.reduce(0, +) == cold.count)
        #expect(results("go", "client").values.reduce(0, +) == cold.count + warm.count)
        // What was no hit took as long as the upstream does, for everybody who waited for it.
        let slow = rows.filter { $0["cache_result"]?.text == "miss" }.compactMap { $0["duration_ms"]?.number }
        #expect(slow.count == 2 * cold.count && slow.allSatisfy { $0 >= Self.delay * 1000 })
        #expect(cold.allSatisfy { $0.seconds >= Self.delay - 0.001 && $0.status == 200 })
    }

    /// The slowest request of the edge is one that was no hit, and its trace has every hop.
    private func expectSlowest(_ cold: [Logged]) async throws {
        let rows = try await database.rows(["slowest", "--since", "1h", "--service", "modproxy-edge"])
        let first = try #require(rows.first)
        #expect(first["node"]?.text == "edge-1")
        #expect(cold.contains { $0.path == first["path"]?.text })
        let trace = try #require(first["trace_id"]?.text)
        let spans = try await database.rows(["trace", trace])
        #expect(spans.map { $0["service"]?.text } == ["modproxy-edge", "module-proxy", "module-proxy"])
        #expect(spans.map { $0["kind"]?.text } == ["server", "server", "client"])
        let durations = spans.compactMap { $0["duration_ms"]?.number }
        #expect(durations.count == 3 && durations.allSatisfy { $0 >= Self.delay * 1000 })
    }
}
