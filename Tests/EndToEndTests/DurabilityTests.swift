import Foundation
import Glibc
import TestSupport
import Testing

@Suite("An acknowledged span survives kill -9", .serialized, .timeLimit(.minutes(15)))
struct DurabilityTests {
    static let rounds = 20
    static let connections = 8

    @Test("B8: 20 kills under load: every acknowledged span is there exactly once")
    func acknowledgedSpansSurvive() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("durability test: seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let database = try Database()
        var loads = (0..<Self.connections).map { ExportLoad(connection: $0, seed: seed) }

        for round in 0..<Self.rounds {
            let collector = try await Collector.start(on: database)
            defer { collector.process.send(SIGKILL) }
            let killer = Killer(
                of: collector.process, acknowledgementsBefore: Int.random(in: 1...300, using: &generator),
                delay: .microseconds(Int.random(in: 0...4_000, using: &generator)))
            loads = await send(loads, round: round, to: collector, killer: killer)
            #expect(await collector.process.exitStatus() == .signalled(SIGKILL), "seed \(seed)")
            try expectNoRefusal(loads, seed: seed)
            // The reader first meets the file as the kill left it, then as the collector recovers it.
            try await expectAcknowledged(loads, ofRound: round, in: database, seed: seed)
        }

        try await Collector.running(on: database) { collector in
            loads = await ExportLoad.each(loads) { $0.sendPending(port: collector.httpPort) }
            #expect(loads.allSatisfy { $0.pending == nil }, "seed \(seed)")
            try await collector.stop()
        }
        try await expectExactly(loads, in: database, seed: seed)
        #expect(try await database.integrity() == "ok", "seed \(seed)")
        // Otherwise no kill can have met the sealing of a segment.
        let segments = try await database.rows(["db", "info"]).first?["segments"]?.number
        #expect(try #require(segments) >= 1, "seed \(seed)")
    }

    @Test("a byte-identical request is stored once")
    func identicalRequestIsStoredOnce() async throws {
        let database = try Database()
        let body = SampleRequest.body(
            traceID: SampleRequest.id(1, count: 16),
            spanIDs: (1...10).map { SampleRequest.id($0, count: 8) })
        try await Collector.running(on: database) { collector in
            try await collector.store(body)
            try await collector.store(body)
            #expect(try await database.spanCount() == 10)
        }
    }

    @Test("a byte-identical request is stored once with kill -9 and a restart in between")
    func identicalRequestIsStoredOnceAcrossAKill() async throws {
        let database = try Database()
        let trace = SampleRequest.id(1, count: 16)
        let body = SampleRequest.body(
            traceID: trace, spanIDs: (1...10).map { SampleRequest.id($0, count: 8) })
        try await Collector.running(on: database) { collector in
            try await collector.store(body)
            await collector.killAtOnce()
        }
        try await Collector.running(on: database) { collector in
            try await collector.store(body)
            #expect(try await database.spanCount() == 10)
            try await collector.stop()
        }
        #expect(try await database.spanCount() == 10)
        let found = try await database.spanIDs(ofTrace: SampleRequest.hex(trace))
        #expect(found.sorted() == (1...10).map { SampleRequest.hex(SampleRequest.id($0, count: 8)) })
    }

    /// Lets every connection send on a thread of its own until the collector is dead.
    private func send(
        _ loads: [ExportLoad], round: Int, to collector: Collector, killer: Killer
    ) async -> [ExportLoad] {
        let port = collector.httpPort
        return await ExportLoad.each(loads) { load in
            load.begin(round: round)
            load.sendUntilBroken(port: port, killer: killer)
        }
    }

    private func expectNoRefusal(_ loads: [ExportLoad], seed: UInt64) throws {
        for load in loads {
            #expect(load.refusal == nil, "seed \(seed)")
        }
    }

    /// All acknowledged spans of a round are there once, and of a request without an answer all or none.
    private func expectAcknowledged(
        _ loads: [ExportLoad], ofRound round: Int, in database: Database, seed: UInt64
    ) async throws {
        for load in loads {
            let found = try await database.spanIDs(ofTrace: load.trace)
            let present = Set(found)
            let comment = Comment(rawValue: "seed \(seed), round \(round), trace \(load.trace)")
            #expect(present.count == found.count, "twice: \(comment)")
            let acknowledged = load.acknowledged[load.trace] ?? []
            #expect(acknowledged.subtracting(present).isEmpty, comment)
            let others = present.subtracting(acknowledged)
            #expect(others.isEmpty || others == Set(load.pending?.spanIDs ?? []), comment)
        }
    }

    /// The database holds what was acknowledged and nothing else.
    private func expectExactly(_ loads: [ExportLoad], in database: Database, seed: UInt64) async throws {
        var total = 0
        for load in loads {
            for (trace, acknowledged) in load.acknowledged {
                let found = try await database.spanIDs(ofTrace: trace)
                #expect(found.count == acknowledged.count, "seed \(seed), trace \(trace)")
                #expect(Set(found) == acknowledged, "seed \(seed), trace \(trace)")
                total += acknowledged.count
            }
        }
        #expect(try await database.spanCount() == total, "seed \(seed)")
        print("durability test: \(total) acknowledged spans, each there once")
    }
}
