import Foundation
import Telemetry
import TestSupport
import Testing
import traceq

@Suite("A database that cannot be read is answered with what to do and exit code 3")
struct DatabaseTroubleTests {
    static let commands = [["slowest"], ["trace", "0af7"], ["db", "info"]]

    @Test("no database where --db says", arguments: commands)
    func missingByOption(command: [String]) {
        for arguments in [command + ["--db", "/nonexistent/a.db"], ["--db", "/nonexistent/a.db"] + command] {
            let result = InMemoryCommandLine(arguments)
            #expect(result.status == .database)
            #expect(result.diagnostics.contains("no database at /nonexistent/a.db, which --db names"))
            #expect(result.diagnostics.contains("traceq-collector --db /nonexistent/a.db"))
        }
    }

    @Test("no database where TRACEQ_DB says, and none at the default place", arguments: commands)
    func missingByDefault(command: [String]) {
        let named = InMemoryCommandLine(command, environment: ["TRACEQ_DB": "/nonexistent/b.db"])
        #expect(named.status == .database)
        #expect(named.diagnostics.contains("no database at /nonexistent/b.db, which TRACEQ_DB names"))
        let standard = InMemoryCommandLine(command, environment: ["XDG_DATA_HOME": "/nonexistent"])
        #expect(
            standard.diagnostics.contains(
                "no database at /nonexistent/traceq/telemetry.db, the default place"))
    }

    @Test("--db wins over TRACEQ_DB")
    func precedence() {
        let result = InMemoryCommandLine(
            ["db", "info", "--db", "/nonexistent/a.db"], environment: ["TRACEQ_DB": "/nonexistent/b.db"])
        #expect(result.diagnostics.contains("/nonexistent/a.db"))
    }

    @Test("hostile 83: a folder, a device and a named pipe are no databases, and do not make it wait")
    func notAFile() async throws {
        let folder = try TemporaryDirectory()
        _ = try await FinishedProgram.run("/usr/bin/mkfifo", [folder.file("pipe")]).succeeded()
        for path in [folder.file("pipe"), folder.file(""), "/dev/null"] {
            let result = InMemoryCommandLine(["db", "info", "--db", path])
            #expect(result.status == .database)
            #expect(result.diagnostics.contains("is not a file"))
        }
    }

    @Test(
        "hostile 83: what is no database of ours is left as it is, by a link, too",
        arguments: ["", "root:x:0:0\n"])
    func otherFile(content: String) throws {
        let folder = try TemporaryDirectory()
        try folder.write(content, to: "file")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("file"))
        for command in Self.commands + [["sql", "SELECT count(*) FROM spans"], ["stats"]] {
            for name in ["file", "link"] {
                let result = InMemoryCommandLine(command + ["--db", folder.file(name)])
                #expect(result.status == .database)
                #expect(result.output.isEmpty)
            }
        }
        #expect(try String(contentsOfFile: folder.file("file"), encoding: .utf8) == content)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file", "link"])
    }

    @Test("a path with control characters is printed escaped")
    func hostilePath() {
        let result = InMemoryCommandLine(["db", "info", "--db", "/nonexistent/\u{1b}[2J"])
        #expect(result.diagnostics.contains("/nonexistent/\\x1b[2J"))
    }
}
