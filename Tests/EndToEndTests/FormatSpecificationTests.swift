import Foundation
import OTLPModel
import TestSupport
import Testing

/// `read_format.py` was written from docs/format.md and nothing else: what it reads of a database has to be
/// what `traceq` reads of it.
@Suite("docs/format.md is enough to read the database", .serialized, .timeLimit(.minutes(15)))
struct FormatSpecificationTests {
    @Test("a real SDK's spans, in the journal, in a segment and in both")
    func readsTheSpansOfAnSDK() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await sendFromSDK(400, seed: 1, to: collector)
            try await expectSameRows(in: database, places: ["journal"], count: 400)
            await collector.killAtOnce()
        }
        try await Collector.running(on: database, ["--log-level", "debug"]) { collector in
            try await waitForSegment(of: collector, in: database)
            try await expectSameRows(in: database, places: ["segment 1"], count: 400)
            try await sendFromSDK(100, seed: 2, to: collector)
            try await expectSameRows(in: database, places: ["segment 1", "journal"], count: 500)
        }
    }

    @Test("what OTLP allows and hardly anybody sends")
    func readsUnusualSpans() async throws {
        let database = try Database()
        let request = UnusualRequest.make()
        let spans = request.resourceSpans.flatMap(\.scopeSpans).flatMap(\.spans)
        // Of a span that comes twice the first is kept.
        let count = Set(
            spans.map { span in
                [
                    span.traceID.description, span.spanID.description, span.name, "\(span.kind)",
                    "\(span.startTimeUnixNano)", "\(span.endTimeUnixNano)",
                ]
            }
        ).count
        #expect(count < spans.count)
        try await Collector.running(on: database) { collector in
            try await collector.store(request.protobufBytes())
            try await expectSameRows(in: database, places: ["journal"], count: count)
            await collector.killAtOnce()
        }
        try await seal(database)
        try await expectSameRows(in: database, places: ["segment 1", "segment 2"], count: count)
    }

    /// Gives a file the key of the worked example.
    private static let knownKey: String = {
        let digits = (0..<64).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "UPDATE secret SET value = x'\(digits)' WHERE name = 'digest'"
    }()

    @Test("the worked example is what the collector writes")
    func workedExampleIsTrue() async throws {
        let example = try WorkedExample()
        let database = try Database()
        try await Collector.running(on: database) { collector in await collector.killAtOnce() }
        _ = try await FinishedProgram.run("/usr/bin/sqlite3", [database.path, Self.knownKey]).succeeded()
        try await Collector.running(on: database) { collector in
            try await collector.store(WorkedExample.request.protobufBytes())
            await collector.killAtOnce()
        }
        let journal = try await hex("SELECT hex(data) FROM journal", in: database)
        #expect(journal.count == 1)
        // The time of arrival is another one each time, and as long.
        let arrival = 8..<26
        #expect(
            journal.first.map { masked($0, arrival) } == masked(example.journalRow, arrival),
            "\(journal) is not \(example.journalRow)")
        #expect(try await hex("SELECT hex(digests) FROM journal", in: database) == [WorkedExample.digest])

        try await seal(database)
        #expect(try await hex("SELECT hex(digests) FROM receipt", in: database) == [WorkedExample.digest])
        for (number, data) in example.chunks {
            let stored = try await hex(
                "SELECT hex(data) FROM chunk WHERE id = 65536 + \(number)", in: database)
            #expect(stored == [data], "chunk \(number)")
        }
        #expect(
            example.chunks.map(\.number) == Array(1...8) + Array(10...16) + Array(25...27) + [65_535])
    }

    @Test("the reader notices what does not agree with a checksum", arguments: [0, 5, 9, 16])
    func noticesDamage(chunk: Int) async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in await collector.killAtOnce() }
        _ = try await FinishedProgram.run("/usr/bin/sqlite3", [database.path, Self.knownKey]).succeeded()
        try await Collector.running(on: database) { collector in
            try await collector.store(WorkedExample.request.protobufBytes())
            await collector.killAtOnce()
        }
        try await seal(database)
        let damage = "UPDATE chunk SET data = zeroblob(length(data)) WHERE id = 65536 + \(chunk)"
        _ = try await FinishedProgram.run("/usr/bin/sqlite3", [database.path, damage]).succeeded()
        let answer = try await readFormat(database)
        #expect(answer.status == .exited(1))
        #expect(
            answer.standardError == "read_format: segment 1: chunk \(chunk) does not match its checksum\n")
    }

    // MARK: Parts

    private func sendFromSDK(_ count: Int, seed: Int, to collector: Collector) async throws {
        let folder = try TemporaryDirectory()
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/send_spans.py")
        _ = try await FinishedProgram.run(
            Repository.pythonEnvironmentProgram("python"),
            [
                script.path(percentEncoded: false), "--protocol", "http",
                "--endpoint", "http://127.0.0.1:\(collector.httpPort)", "--count", "\(count)",
                "--seed", "\(seed)", "--record", folder.file("sent.json"),
            ]
        ).succeeded()
    }

    /// Has the journal sealed: a collector does it as soon as it takes up a journal of before.
    private func seal(_ database: Database) async throws {
        try await Collector.running(on: database, ["--log-level", "debug"]) { collector in
            try await waitForSegment(of: collector, in: database)
            await collector.killAtOnce()
        }
    }

    private func waitForSegment(of collector: Collector, in database: Database) async throws {
        // On a slow machine the ten seconds of the journal may have been over before.
        if try await database.rows(["db", "info"]).first?["journal_rows"]?.number == 0 { return }
        let isSealed = await collector.process.standardError.first { line in
            line.contains(" store.sealed ") ? true : nil
        }
        guard isSealed == true else { throw TestSupportError("the collector ended without sealing") }
    }

    private func readFormat(_ database: Database) async throws -> FinishedProgram {
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/read_format.py")
        return try await FinishedProgram.run(
            Repository.pythonEnvironmentProgram("python"),
            [script.path(percentEncoded: false), database.path])
    }

    /// Compares each row that the script reads with the row that `traceq` gives.
    ///
    /// What is to be in the journal is in a segment by then where the machine took more than ten seconds.
    private func expectSameRows(in database: Database, places: Set<String>, count: Int) async throws {
        let document = try await JSONValue(parsing: readFormat(database).succeeded().standardOutput)
        let rows = document["rows"]?.elements ?? []
        #expect(rows.count == count)
        let found = Set(rows.compactMap { $0["place"]?.text })
        #expect(
            found == places || places.contains("journal") && !found.contains("journal"),
            "\(found.sorted()) instead of \(places.sorted())")
        var differing: [String] = []
        for (trace, expected) in Dictionary(grouping: rows, by: { $0["trace_id"]?.text ?? "" }) {
            let actual = try await database.rows(["trace", trace]).sorted(by: isBefore)
            if actual.count != expected.count {
                differing.append(
                    "trace \(trace): \(expected.count) spans are stored, traceq gives \(actual.count)")
            }
            for (expected, actual) in zip(expected.sorted(by: isBefore), actual) {
                let id = expected["span_id"]?.text ?? ""
                differing += differences(expected: withoutPlace(expected), actual: actual, at: "span \(id)")
            }
        }
        #expect(differing.isEmpty, "\(differing.prefix(20).joined(separator: "\n"))")
    }

    private func isBefore(_ left: JSONValue, _ right: JSONValue) -> Bool {
        (left["span_id"]?.text ?? "", left["start"]?.text ?? "")
            < (right["span_id"]?.text ?? "", right["start"]?.text ?? "")
    }

    /// A row with what the script adds taken away.
    private func withoutPlace(_ row: JSONValue) -> JSONValue {
        guard case .object(var members) = row else { return row }
        members["place"] = nil
        return .object(members)
    }

    private func hex(_ select: String, in database: Database) async throws -> [String] {
        try await FinishedProgram.run("/usr/bin/sqlite3", ["-readonly", database.path, select])
            .succeeded().standardOutput.split(separator: "\n").map(String.init)
    }

    private func masked(_ digits: String, _ range: Range<Int>) -> String {
        String(digits.enumerated().map { range.contains($0.offset) ? "-" : $0.element })
    }
}
