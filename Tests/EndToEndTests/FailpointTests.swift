import Foundation
import TestSupport
import Testing

@Suite("Killed at every boundary of a write, the collector loses nothing", .timeLimit(.minutes(5)))
struct FailpointTests {
    static let boundaries = [
        "journal.before_write:1", "journal.before_commit:1", "journal.after_commit:1",
        "journal.before_write:9",
        "journal.before_commit:9", "journal.after_commit:9", "seal.before_write", "seal.before_commit",
        "seal.after_commit",
    ]

    @Test("every acknowledged span is there once, and nothing is damaged", arguments: boundaries)
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
