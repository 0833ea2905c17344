import Collector
import Configuration
import Foundation
import TestSupport
import Testing

/// What is wrong with each file stands in `Tests/Snapshots/Config`; `UPDATE_SNAPSHOTS=1` writes it anew.
@Suite("Each broken configuration file is told with line, column and a sentence", .timeLimit(.minutes(15)))
struct BrokenConfigTests {
    private static let folder = Repository.root.appending(path: "Tests/Fixtures/config")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }.sorted()
    }()

    private static let variables = [
        "HOME": "/home-of-nobody", "TRACEQ_TEST_TOKEN": "0123456789abcdef-secret-one",
        "TRACEQ_TEST_OTHER_TOKEN": "0123456789abcdef-secret-two", "TRACEQ_TEST_SHORT_TOKEN": "secret-short",
        "TRACEQ_TEST_SPACED_TOKEN": "secret with spaces in it",
        "TRACEQ_TEST_KEY": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
    ]

    @Test("there are at least 30 of them")
    func enough() {
        #expect(Self.names.count >= 30)
    }

    @Test("hostile 84: a broken file is refused, all that is wrong with it at once", arguments: names)
    func broken(name: String) throws {
        let path = Self.folder.appending(path: "\(name).yaml").path()
        let problems = #expect(throws: ConfigProblems.self) {
            try ConfigFile.read(path) { Self.variables[$0] }
        }
        let shown = try #require(problems).description.replacing(Self.folder.path() + "/", with: "")
        for line in shown.split(separator: "\n") {
            #expect(line.contains(/^[^:]+\.yaml:[0-9]+:[0-9]+: [^ ].+$/), "\(line)")
        }
        for (name, value) in Self.variables where name != "HOME" { #expect(!shown.contains(value)) }
        let snapshot = Repository.root.appending(path: "Tests/Snapshots/Config/\(name).txt")
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try Data((shown + "\n").utf8).write(to: snapshot)
        }
        let expected = try String(decoding: Data(contentsOf: snapshot), as: UTF8.self)
        #expect(shown + "\n" == expected, "differs from \(snapshot.lastPathComponent)")
    }
}
