import Foundation
import Glibc
import TestSupport
import Testing

@Suite("The collector is configured by a file", .timeLimit(.minutes(15)))
struct ConfigurationTests {
    private static let token = "0123456789abcdef0123456789abcdef"

    private func run(_ arguments: [String]) async throws -> FinishedProgram {
        try await FinishedProgram.run(BuiltProgram.collector.path(), arguments)
    }

    @Test("validate says what is wrong with a file and ends with 1, or that it is valid and ends with 0")
    func validate() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("log:\n  levle: info\nthreads: 0\n", to: "bad.yaml")
        try folder.write("log:\n  level: info\n", to: "good.yaml")
        let path = folder.file("bad.yaml")
        let bad = try await run(["validate", path])
        #expect(bad.status == .exited(1))
        #expect(bad.standardOutput.isEmpty)
        #expect(
            bad.standardError == """
                \(path):2:3: unknown key "levle" in log: did you mean "level"?
                \(path):3:10: threads is "0": give a whole number from 1 to 1024
                traceq-collector: 2 problems in \(path)

                """)
        let good = try await run(["validate", folder.file("good.yaml")])
        #expect(good.status == .exited(0))
        #expect(good.standardError.isEmpty)
        #expect(good.standardOutput.contains("good.yaml is valid"))
    }

    @Test("a token that has expired is a warning of validate and of the start, which go on")
    func expiredToken() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.token, to: "edge.token")
        chmod(folder.file("edge.token"), 0o600)
        try folder.write(
            "authentication:\n  tokens:\n    - {name: edge, token: \"${file:edge.token}\", expires: 2026-01-31}\n",
            to: "a.yaml")
        let answer = try await run(["validate", folder.file("a.yaml")])
        #expect(answer.status == .exited(0))
        #expect(answer.standardOutput.contains("a.yaml is valid"))
        #expect(
            answer.standardError.contains("a.yaml:3:7: warning: the token \"edge\" expired on 2026-01-31"))
        let collector = try await Collector.start(on: try Database(), ["--config", folder.file("a.yaml")])
        try await collector.stop()
        let log = await collector.process.standardError.wholeText()
        #expect(log.contains("warning credential.expired key=authentication.tokens"), "\(log)")
    }

    @Test("a start with a broken file ends as validate does, and leaves no database behind")
    func start() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("database:\n  path: telemetry.db\n  retian: 7d\n", to: "bad.yaml")
        let answer = try await run(["--config", folder.file("bad.yaml")])
        #expect(answer.status == .exited(1))
        #expect(answer.standardError.contains("bad.yaml:3:3: unknown key"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("telemetry.db")))
    }

    @Test("the command line stands above the file, and config print says where each value comes from")
    func printed() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(
            """
            listen:
              grpc: 127.0.0.1:1111
              http: 127.0.0.1:2222
            database:
              path: ${HOME}/telemetry.db
            authentication:
              tokens:
                - name: edge
                  token: ${file:edge.token}
            """, to: "collector.yaml")
        try folder.write(Self.token + "\n", to: "edge.token")
        chmod(folder.file("edge.token"), 0o600)
        let file = folder.file("collector.yaml")
        let answer = try await run(["config", "print", "--config", file, "--listen-http", "127.0.0.1:3333"])
            .succeeded()
        let lines = answer.standardOutput.split(separator: "\n").map(String.init)
        #expect(lines.contains("  grpc: 127.0.0.1:1111  # \(file):2:9"))
        #expect(lines.contains("  http: 127.0.0.1:3333  # --listen-http"))
        #expect(lines.contains("  path: \"${HOME}/telemetry.db\"  # \(file):5:9"))
        #expect(lines.contains("  retain: forever  # default"))
        #expect(lines.contains { $0.contains("token: \"${file:edge.token}\"") })
        #expect(!(answer.standardOutput + answer.standardError).contains(Self.token))
        // What is printed is a file that says the same.
        try folder.write(answer.standardOutput, to: "printed.yaml")
        let again = try await run(["config", "print", "--config", folder.file("printed.yaml")]).succeeded()
        let strip = { (text: String) in text.replacing(#/\ \ #.*/#, with: "") }
        #expect(strip(again.standardOutput) == strip(answer.standardOutput))
    }

    @Test("SIGHUP puts a new token into force, and says what wants a restart and what is wrong")
    func reload() async throws {
        let folder = try TemporaryDirectory()
        let database = try Database()
        func write(token: String, more: String = "") throws {
            try folder.write(token, to: "edge.token")
            chmod(folder.file("edge.token"), 0o600)
            try folder.write(
                "authentication:\n  tokens:\n    - name: edge\n      token: ${file:edge.token}\n" + more,
                to: "collector.yaml")
        }
        try write(token: Self.token)
        let collector = try await Collector.start(on: database, ["--config", folder.file("collector.yaml")])
        defer { collector.process.send(SIGKILL) }
        func status(_ token: String) async throws -> Int {
            let port = collector.httpPort
            return try await onOwnThread {
                Result { () throws(TestSupportError) -> Int in
                    var connection = try HTTPConnection(port: port)
                    return try connection.send(
                        "POST", "/v1/traces",
                        headers: [
                            ("Content-Type", "application/json"), ("Authorization", "Bearer \(token)"),
                        ],
                        body: Array("{}".utf8)
                    ).status
                }
            }.get()
        }
        let other = "fedcba9876543210fedcba9876543210"
        #expect(try await status(Self.token) == 200)
        #expect(try await status(other) == 401)

        try write(token: other, more: "threads: 7\n")
        collector.process.send(SIGHUP)
        _ = try await #require(
            collector.process.standardError.first { line in
                line.contains("config.restart.needed") && line.contains("keys=threads") ? line : nil
            })
        #expect(try await status(Self.token) == 401)
        #expect(try await status(other) == 200)

        try write(token: Self.token, more: "log:\n  level: loud\n")
        collector.process.send(SIGHUP)
        _ = try await #require(
            collector.process.standardError.first { $0.contains("config.reload.failed") ? $0 : nil })
        #expect(try await status(other) == 200, "what was in force stays")

        try await collector.stop()
        let log = await collector.process.standardError.wholeText()
        #expect(log.contains("config.reloaded"))
        #expect(log.contains("collector.yaml:6:10"))
        #expect(!log.contains(Self.token) && !log.contains(other))
    }

    @Test("SIGHUP leaves a sender that is over its rate over it, when the rate of another changes")
    func reloadKeepsRates() async throws {
        let folder = try TemporaryDirectory()
        let database = try Database()
        func write(others: Int) throws {
            try folder.write(
                "limits:\n  source_requests_per_second: 1\n  source_rates:\n"
                    + "    - source: 10.0.0.9\n      requests_per_second: \(others)\n",
                to: "collector.yaml")
        }
        try write(others: 5)
        let collector = try await Collector.start(on: database, ["--config", folder.file("collector.yaml")])
        defer { collector.process.send(SIGKILL) }
        let port = collector.httpPort
        /// How many of so many requests are taken, and when the first and the last were sent: the task that asked may
        /// go on seconds later.
        func taken(of count: Int) async throws -> (
            taken: Int, from: ContinuousClock.Instant, until: ContinuousClock.Instant
        ) {
            try await onOwnThread {
                Result { () throws(TestSupportError) in
                    let from = ContinuousClock.now
                    var connection = try HTTPConnection(port: port)
                    var taken = 0
                    for _ in 0..<count {
                        let status = try connection.send(
                            "POST", "/v1/traces", headers: [("Content-Type", "application/json")],
                            body: Array("{}".utf8)
                        ).status
                        taken += status == 200 ? 1 : 0
                    }
                    return (taken, from, ContinuousClock.now)
                }
            }.get()
        }
        // Ten may come at once.
        let first = try await taken(of: 40)
        #expect(first.taken < 40 || first.until - first.from > .seconds(29))
        try write(others: 6)
        collector.process.send(SIGHUP)
        _ = try await #require(
            collector.process.standardError.first { $0.contains("config.reloaded") ? $0 : nil })
        let again = try await taken(of: 9)
        // On a machine that took so long about it, one a second has made as many.
        #expect(again.taken < 9 || again.until - first.until > .seconds(8))
        try await collector.stop()
    }

    @Test(
        "TRACEQ_DB names the database where neither an option nor the file does, and paths in the log are whole"
    )
    func databaseVariable() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("threads: 1\n", to: "plain.yaml")
        try folder.write("database:\n  path: file.db\n", to: "named.yaml")
        let environment = ["TRACEQ_DB": folder.file("variable.db"), "HOME": folder.file("home")]
        func origin(_ options: [String]) async throws -> String {
            let answer = try await FinishedProgram.run(
                BuiltProgram.collector.path(), ["config", "print"] + options, environment: environment
            ).succeeded().standardOutput
            return String(try #require(answer.split(separator: "\n").first { $0.hasPrefix("  path:") }))
        }
        let plain = folder.file("plain.yaml")
        let named = folder.file("named.yaml")
        #expect(
            try await origin(["--config", plain]) == "  path: \(folder.file("variable.db"))  # TRACEQ_DB")
        #expect(try await origin(["--config", named]) == "  path: \(folder.file("file.db"))  # \(named):2:9")
        #expect(try await origin(["--config", named, "--db", "a.db"]) == "  path: a.db  # --db")

        let words = [
            "--listen-http", "0", "--listen-grpc", "0", "--listen-zipkin", "off", "--listen-admin", "off",
        ]
        let process = try ChildProcess(
            "/bin/sh",
            [
                "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder.file("."),
                BuiltProgram.collector.path(),
            ]
                + ["--db", "./some.db"] + words)
        let line = await process.standardError.first { $0.contains("database.opened") ? $0 : nil }
        process.send(SIGTERM)
        _ = try await process.finish(within: .seconds(30)).succeeded()
        let path = try #require(line?.split(separator: "path=").last)
        #expect(path.hasPrefix("/") && path.hasSuffix("/some.db") && !path.contains("./"), "\(path)")
    }

    @Test("the systemd unit starts the collector with options that it has")
    func unit() async throws {
        let unit = try String(
            contentsOf: Repository.root.appending(path: "config/systemd/traceq-collector.service"),
            encoding: .utf8)
        let help = try await run(["--help"]).succeeded().standardOutput
        let start = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        let options = start.matches(of: /--[a-z-]+/).map { String($0.output) }
        #expect(!options.isEmpty)
        for option in options { #expect(help.contains(option), "\(option)") }
        // An option would stand above the file, and its key would do nothing.
        #expect(options == ["--config"])
        #expect(unit.contains("\nEnvironment=TRACEQ_DB=%S/traceq/telemetry.db\n"))
    }

    @Test(
        "systemd calls the unit well protected",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func exposure() async throws {
        let unit = Repository.root.appending(path: "config/systemd/traceq-collector.service").path()
        let answer = try await FinishedProgram.run(
            "/usr/bin/systemd-analyze", ["security", "--offline=true", "--threshold=20", unit])
        #expect(answer.status == .exited(0), "\(answer.standardError)")
    }
}
