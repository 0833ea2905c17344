import Foundation
import Glibc
import TestSupport
import Testing

@Suite("The programs say what is wrong, and their exit code too", .timeLimit(.minutes(15)))
struct CommandLineTests {
    static let commands = [["slowest", "--since", "1h"], ["trace", "0a1b"], ["db", "info"]]

    @Test("a database that is not there", arguments: commands)
    func missingDatabase(words: [String]) async throws {
        let database = try Database()
        let answer = try await database.ask(words)
        #expect(answer.status == .exited(3))
        #expect(answer.standardOutput.isEmpty)
        #expect(answer.standardError.contains(database.path))
        #expect(answer.standardError.contains("traceq-collector"), "\(answer.standardError)")
        #expect(!FileManager.default.fileExists(atPath: database.path))
    }

    @Test("a file that is no database")
    func notADatabase() async throws {
        let database = try Database()
        try String(repeating: "no database at all\n", count: 1_000).write(
            toFile: database.path, atomically: false, encoding: .utf8)
        let answer = try await database.ask(["slowest"])
        #expect(answer.status == .exited(3))
        #expect(answer.standardError.contains(database.path))
    }

    @Test("a database of a newer version, to traceq and to the collector")
    func newerFormat() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await collector.stop()
        }
        let version = try #require(try await database.rows(["db", "info"]).first?["format_version"]?.number)
        let newer = Int(version) + 1
        _ = try await FinishedProgram.run(
            "/usr/bin/sqlite3", [database.path, "PRAGMA user_version = \(newer)"]
        ).succeeded()

        let answer = try await database.ask(["slowest"])
        #expect(answer.status == .exited(3))
        #expect(answer.standardError.contains("newer"), "\(answer.standardError)")

        let collector = try await FinishedProgram.run(
            BuiltProgram.collector.path(),
            ["--db", database.path, "--listen-http", "127.0.0.1:0", "--listen-grpc", "127.0.0.1:0"])
        #expect(collector.status != .exited(0))
        #expect(collector.standardError.contains("newer"), "\(collector.standardError)")
    }

    @Test("an unknown trace, an ambiguous prefix and a unique one")
    func traceLookup() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            for number in [UInt64(1), 2] {
                let body = SampleRequest.body(
                    traceID: SampleRequest.id(number, count: 16),
                    spanIDs: [SampleRequest.id(number, count: 8)])
                try await collector.store(body)
            }
        }
        let unknown = try await database.ask(["trace", "ffff"])
        #expect(unknown.status == .exited(1))
        #expect(unknown.standardError.contains("ffff"))

        let ambiguous = try await database.ask(["trace", "a5a5"])
        #expect(ambiguous.status == .exited(1))
        for number in [UInt64(1), 2] {
            let id = SampleRequest.hex(SampleRequest.id(number, count: 16))
            #expect(ambiguous.standardError.contains(id), "\(ambiguous.standardError)")
        }

        let whole = SampleRequest.hex(SampleRequest.id(1, count: 16))
        #expect(try await database.rows(["trace", whole]).count == 1)
    }

    @Test(
        "a word that is no trace id and an option that does not exist",
        arguments: [
            ["trace", "xyz"], ["slowest", "--since", "soon"], ["slowest", "--colour"], ["slow"],
        ])
    func usageErrors(words: [String]) async throws {
        let answer = try await FinishedProgram.run(BuiltProgram.traceq.path(), words)
        #expect(answer.status == .exited(1))
        #expect(answer.standardOutput.isEmpty)
        #expect(!answer.standardError.isEmpty)
    }

    @Test("a window without requests is an answer, not an error")
    func emptyWindow() async throws {
        let database = try Database()
        try await Collector.running(on: database) { _ in
            let table = try await database.ask(["slowest", "--since", "1h"]).succeeded()
            #expect(!(table.standardOutput + table.standardError).isEmpty)
            #expect(try await database.rows(["slowest", "--since", "1h"]).isEmpty)
            #expect(try await database.spanCount() == 0)
        }
    }

    @Test("all formats say the same", arguments: ["table", "json", "csv", "markdown"])
    func formats(format: String) async throws {
        let database = try Database()
        let trace = SampleRequest.id(7, count: 16)
        try await Collector.running(on: database) { collector in
            let body = SampleRequest.body(traceID: trace, spanIDs: [SampleRequest.id(7, count: 8)])
            try await collector.store(body)
        }
        let answer = try await database.ask(["slowest", "--format", format]).succeeded()
        // Markdown takes the meaning from a character with a backslash before it.
        let text = answer.standardOutput.replacing("\\", with: "")
        #expect(text.contains(SampleRequest.hex(trace)))
        #expect(text.contains("/github.com/pkg/errors/@v/v0.9.0.info"))
        #expect(!text.contains("\u{1b}"), "colour only on a terminal")
    }

    @Test("SIGTERM and SIGINT end the collector in order", arguments: [SIGTERM, SIGINT])
    func signalsEndTheCollector(signal: Int32) async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            let body = SampleRequest.body(
                traceID: SampleRequest.id(1, count: 16), spanIDs: [SampleRequest.id(1, count: 8)])
            try await collector.store(body)
            try await collector.stop(with: signal)
        }
        #expect(try await database.spanCount() == 1)
        #expect(try await database.integrity() == "ok")
    }

    @Test("nobody else may read the database")
    func databaseIsPrivate() async throws {
        let database = try Database()
        try await Collector.running(on: database) { _ in
            for ending in ["", "-wal", "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: database.path + ending)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "telemetry.db\(ending)")
            }
        }
    }

    @Test("two collectors do not share a port or a database")
    func secondCollectorIsTurnedAway() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            let other = try Database()
            let second = try await FinishedProgram.run(
                BuiltProgram.collector.path(),
                [
                    "--db", other.path, "--listen-http", "127.0.0.1:\(collector.httpPort)",
                    "--listen-grpc", "127.0.0.1:0",
                ])
            #expect(second.status != .exited(0))
            #expect(second.standardError.contains("\(collector.httpPort)"), "\(second.standardError)")
        }
    }
}
