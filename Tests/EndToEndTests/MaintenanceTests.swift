import Foundation
import TestSupport
import Testing

@Suite("traceq db verify and backup", .timeLimit(.minutes(15)))
struct MaintenanceTests {
    private func body(_ number: UInt64) -> [UInt8] {
        SampleRequest.body(
            traceID: SampleRequest.id(number, count: 16),
            spanIDs: (1...10).map { SampleRequest.id(number << 8 | $0, count: 8) })
    }

    @Test("work beside a running collector")
    func besideACollector() async throws {
        let database = try Database()
        let copy = try Database()
        try await Collector.running(on: database) { collector in
            for number in 1...5 as ClosedRange<UInt64> { try await collector.store(body(number)) }
            let verified = try await database.ask(["db", "verify"]).succeeded()
            #expect(verified.standardOutput.contains("no damage"))
            let written = try await database.document(["db", "backup", copy.path])
            #expect(written["schema"] == .string("traceq.db_backup/1"))
            try await collector.store(body(6))
        }
        #expect(try await copy.spanCount() == 50)
        #expect(try await copy.integrity() == "ok")
        let again = try await database.ask(["db", "backup", copy.path])
        #expect(again.status == .exited(1))
        #expect(again.standardError.contains("there already"))
        #expect(try await copy.spanCount() == 50)
    }

    @Test("merging is left to the collector while one runs")
    func mergeBesideACollector() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await collector.store(body(1))
            let refused = try await database.ask(["db", "merge"])
            #expect(refused.status == .exited(3))
            #expect(refused.standardError.contains("merges by itself"))
            try await collector.stop()
        }
        let merged = try await database.document(["db", "merge"])
        #expect(merged["schema"] == .string("traceq.db_merge/1"))
    }

    @Test("a damaged row of the journal is named with its time range, and the exit code is 3")
    func damaged() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await collector.store(body(1))
            await collector.killAtOnce()
        }
        _ = try await FinishedProgram.run(
            "/usr/bin/sqlite3", [database.path, "UPDATE journal SET checksum = checksum + 1"]
        ).succeeded()
        let answer = try await database.ask(["db", "verify", "--format", "json"])
        #expect(answer.status == .exited(3))
        let document = try JSONValue(parsing: answer.standardOutput)
        guard case .array(let rows)? = document["rows"], let row = rows.first else {
            Issue.record("no damage in \(answer.standardOutput)")
            return
        }
        #expect(rows.count == 1)
        #expect(row["kind"] == .string("checksum"))
        #expect(row["journal_row"]?.number == 1)
        #expect(row["spans"]?.number == 10)
        #expect(row["min_start"] != .null)
        // Readers answer from the rest, and say what is missing.
        let slowest = try await database.ask(["slowest", "--since", "1h"])
        #expect((slowest.standardOutput + slowest.standardError).contains("journal row 1"))
    }
}
