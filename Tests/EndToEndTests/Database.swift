import Foundation
import TestSupport

/// A database of its own for a test, and the questions that `traceq` answers about it.
struct Database: Sendable {
    private let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// In a folder that somebody else looks after.
    init(in folder: TemporaryDirectory) {
        self.folder = folder
        path = folder.file("telemetry.db")
    }

    /// Runs a command of `traceq` on this database.
    func ask(_ words: [String]) async throws -> FinishedProgram {
        try await FinishedProgram.run(BuiltProgram.traceq.path(), words + ["--db", path])
    }

    /// The document of a command that has to succeed.
    func document(_ words: [String]) async throws -> JSONValue {
        try await JSONValue(parsing: ask(words + ["--format", "json"]).succeeded().standardOutput)
    }

    /// The rows of that document.
    func rows(_ words: [String]) async throws -> [JSONValue] {
        guard case .array(let rows)? = try await document(words)["rows"] else {
            throw TestSupportError("no rows in what traceq \(words.joined(separator: " ")) gives")
        }
        return rows
    }

    /// The ids of all spans of a trace, as often as each is there; none for an unknown trace.
    func spanIDs(ofTrace trace: String) async throws -> [String] {
        let answer = try await ask(["trace", trace, "--format", "json"])
        if answer.status == .exited(1), answer.standardError.contains(trace) { return [] }
        // Large traces: looking for the member is many times faster than parsing the document.
        let document = Array(try answer.succeeded().standardOutput.utf8)
        let member = Array(#""span_id":""#.utf8)
        var ids: [String] = []
        var place = 0
        while place + member.count + 16 <= document.count {
            // What begins with a quote and an s is seldom anything else.
            guard document[place] == member[0], document[place + 1] == member[1],
                document[place..<place + member.count].elementsEqual(member)
            else {
                place += 1
                continue
            }
            place += member.count
            ids.append(String(decoding: document[place..<place + 16], as: UTF8.self))
        }
        return ids
    }

    /// How many spans `traceq db info` counts.
    func spanCount() async throws -> Int {
        guard let count = try await rows(["db", "info"]).first?["spans"]?.number else {
            throw TestSupportError("traceq db info does not say how many spans there are")
        }
        return Int(count)
    }

    /// What SQLite itself says about the file.
    func integrity() async throws -> String {
        try await FinishedProgram.run("/usr/bin/sqlite3", [path, "PRAGMA integrity_check"])
            .succeeded().standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
