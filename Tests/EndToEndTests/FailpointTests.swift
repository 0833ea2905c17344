import Foundation
import Telemetry
import TestSupport
import Testing

@Suite("Killed at every boundary of a write, the collector loses nothing", .timeLimit(.minutes(15)))
struct FailpointTests {
    /// What has to happen for a boundary to be reached.
    enum Situation {
        case load, merge, retention, migration
    }

    /// A step that has no situation does not compile.
    static func situation(of step: WriteStep) -> Situation? {
        switch step {
        case .journal, .chunks, .seal: .load
        case .merge, .cleanup: .merge
        case .retention: .retention
        case .migration: .migration
        // No collector does this.
        case .publications: nil
        }
    }

    static func boundaries(_ situation: Situation) -> [String] {
        Failpoint.all.filter { self.situation(of: $0.step) == situation }.map(\.name)
    }

    static let boundariesUnderLoad =
        boundaries(.load) + Failpoint.Moment.allCases.map { Failpoint(.journal, $0).name + ":9" }

    @Test("every acknowledged span is there once, and nothing is damaged", arguments: boundariesUnderLoad)
    func killed(at boundary: String) async throws {
        let seed = UInt64.random(in: .min ... .max)
        let comment = Comment(rawValue: "\(boundary), seed \(seed)")
        let database = try Database()
        var loads = (0..<4).map { ExportLoad(connection: $0, seed: seed) }
        let doomed = try await Collector.start(on: database, environment: ["TRACEQ_FAILPOINT": boundary])
        defer { doomed.process.send(SIGKILL) }
        loads = await ExportLoad.each(loads) { load in
            load.begin(round: 1)
            load.sendUntilBroken(port: doomed.httpPort)
        }
        #expect(await doomed.process.exitStatus() == .signalled(SIGKILL), comment)
        try await Collector.running(on: database) { collector in
            loads = await ExportLoad.each(loads) { $0.sendPending(port: collector.httpPort) }
            try await collector.stop()
        }
        for load in loads {
            #expect(load.refusal == nil && load.pending == nil, comment)
            let found = try await database.spanIDs(ofTrace: load.trace)
            let acknowledged = load.acknowledged[load.trace] ?? []
            #expect(found.count == acknowledged.count, comment)
            #expect(Set(found) == acknowledged, comment)
        }
        let verified = try await database.ask(["db", "verify"])
        #expect(verified.status == .exited(0), "\(verified.standardOutput)\(comment)")
    }

    /// A database of three segments and a request in the journal, of ten spans each.
    private func makeSegments(in database: Database) async throws {
        for number in 1...4 as ClosedRange<UInt64> {
            // Each start seals what the one before left in the journal.
            try await Collector.running(on: database) { collector in
                while try await database.rows(["db", "info"]).first?["journal_rows"]?.number != 0 {
                    try await Task.sleep(for: .milliseconds(50))
                }
                try await collector.store(
                    SampleRequest.body(
                        traceID: SampleRequest.id(number, count: 16),
                        spanIDs: (1...10).map { SampleRequest.id(number << 8 | $0, count: 8) }))
                try await collector.stop()
            }
        }
    }

    private func segments(of database: Database) async throws -> Int {
        Int(try await database.rows(["db", "info"]).first?["segments"]?.number ?? 0)
    }

    @Test("a merge is whole or not done", arguments: boundaries(.merge))
    func killedMerge(at boundary: String) async throws {
        let database = try Database()
        try await makeSegments(in: database)
        #expect(try await segments(of: database) == 3)
        let killed = try await FinishedProgram.run(
            BuiltProgram.traceq.path(), ["db", "merge", "--db", database.path],
            environment: ["TRACEQ_FAILPOINT": boundary])
        #expect(killed.status == .signalled(SIGKILL))
        let isMerged = boundary == "merge.after_commit" || boundary.hasPrefix("cleanup.")
        #expect(try await segments(of: database) == (isMerged ? 1 : 3))
        #expect(try await database.spanCount() == 40)
        #expect(try await database.ask(["db", "verify"]).status == .exited(0))
        _ = try await database.ask(["db", "merge"]).succeeded()
        #expect(try await segments(of: database) == 1)
        #expect(try await database.spanCount() == 40)
        #expect(try await database.ask(["db", "verify"]).status == .exited(0))
    }

    @Test("retention takes a segment whole or not at all", arguments: boundaries(.retention))
    func killedRetention(at boundary: String) async throws {
        let database = try Database()
        try await makeSegments(in: database)
        _ = try await FinishedProgram.run(
            "/usr/bin/sqlite3",
            [database.path, "UPDATE segment SET created_at = created_at - 7200000000000 WHERE id = 1"]
        ).succeeded()
        // It dies at its first look, perhaps before it listens.
        let doomed = try await FinishedProgram.run(
            BuiltProgram.collector.path(),
            [
                "--db", database.path, "--retain", "1h", "--listen-http", "127.0.0.1:0", "--listen-grpc",
                "127.0.0.1:0",
            ],
            environment: ["TRACEQ_FAILPOINT": boundary])
        #expect(doomed.status == .signalled(SIGKILL))
        let spans = try await database.spanCount()
        #expect(spans == (boundary == "retention.after_commit" ? 30 : 40))
        #expect(try await database.ask(["db", "verify"]).status == .exited(0))
        try await Collector.running(on: database, ["--retain", "1h"]) { collector in
            while try await database.spanCount() != 30 { try await Task.sleep(for: .milliseconds(50)) }
            try await collector.stop()
        }
        #expect(try await database.ask(["db", "verify"]).status == .exited(0))
    }

    @Test("a file of format 1 is migrated whole or not at all", arguments: boundaries(.migration))
    func killedMigration(at boundary: String) async throws {
        let database = try Database()
        let dump = Repository.root.appending(path: "Tests/Fixtures/version-1.sql").path
        _ = try await FinishedProgram.run(
            "/usr/bin/sqlite3",
            [
                database.path, "PRAGMA page_size = 16384", "PRAGMA auto_vacuum = INCREMENTAL",
                "PRAGMA journal_mode = WAL", ".read \(dump)",
            ]
        ).succeeded()
        func version() async throws -> String {
            try await FinishedProgram.run(
                "/usr/bin/sqlite3", ["-readonly", database.path, "PRAGMA user_version"]
            ).succeeded().standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        #expect(try await version() == "1")
        let doomed = try await FinishedProgram.run(
            BuiltProgram.collector.path(),
            ["--db", database.path, "--listen-http", "127.0.0.1:0", "--listen-grpc", "127.0.0.1:0"],
            environment: ["TRACEQ_FAILPOINT": boundary])
        #expect(doomed.status == .signalled(SIGKILL))
        #expect(try await version() == (boundary == "migration.after_commit" ? "3" : "1"))
        #expect(try await database.spanCount() == 6)
        try await Collector.running(on: database) { try await $0.stop() }
        #expect(try await version() == "3")
        #expect(try await database.spanCount() == 6)
        #expect(try await database.ask(["db", "verify"]).status == .exited(0))
    }

    @Test("a boundary that does not exist is refused at the start")
    func unknownBoundary() async throws {
        let database = try Database()
        let finished = try await FinishedProgram.run(
            BuiltProgram.collector.path(),
            ["--db", database.path, "--listen-http", "0", "--listen-grpc", "0"],
            environment: ["TRACEQ_FAILPOINT": "seal.befor_commit"])
        #expect(finished.status == .exited(3))
        #expect(finished.standardError.contains("seal.before_commit"))
    }
}
