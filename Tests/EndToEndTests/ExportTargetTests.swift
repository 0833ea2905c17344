import Foundation
import TestSupport
import Testing

@Suite("An export takes the place of nothing but a file", .timeLimit(.minutes(15)))
struct ExportTargetTests {
    private let folder: TemporaryDirectory
    private let database: Database

    init() async throws {
        folder = try TemporaryDirectory()
        database = try Database()
        let line =
            #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","#
            + #""spanId":"00000000000000ff","name":"one","startTimeUnixNano":"1790000000000000000"}]}]}]}"#
        let file = folder.file("in.jsonl")
        try Data(line.utf8).write(to: URL(filePath: file))
        _ = try await database.ask(["import", file]).succeeded()
    }

    private func kind(_ path: String) throws -> FileAttributeType? {
        try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }

    @Test("A pipe is written to and stays a pipe, with and without --force", arguments: [[], ["--force"]])
    func pipe(force: [String]) async throws {
        let path = folder.file("pipe.csv")
        try #require(mkfifo(path, 0o600) == 0)
        // Opened for both: neither side waits for ever when the other one fails.
        let ours = open(path, O_RDWR | O_NONBLOCK)
        try #require(ours >= 0)
        defer { close(ours) }
        let answer = try await database.ask(["export", "-o", path] + force)
        #expect(answer.status == .exited(0), "\(answer.standardError)")
        var bytes = [UInt8](repeating: 0, count: 60_000)
        let count = read(ours, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).contains("one"))
        var facts = stat()
        #expect(lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFIFO)
        let tables = try await database.ask(["export", "--format", "sqlite", "-o", path] + force)
        #expect(tables.status == .exited(1))
        #expect(tables.standardError.contains("pipe"))
    }

    @Test("Links and folders are refused and stay what they are", arguments: [[], ["--force"]])
    func links(force: [String]) async throws {
        let target = folder.file("target.csv")
        try Data("kept".utf8).write(to: URL(filePath: target))
        let link = folder.file("link.csv")
        let loose = folder.file("loose.csv")
        let inner = folder.file("inner")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        try FileManager.default.createSymbolicLink(atPath: loose, withDestinationPath: "nothing")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        for (path, word) in [
            (link, "symbolic link; name the file itself"), (loose, "symbolic link"), (inner, "folder"),
        ] {
            let refused = try await database.ask(["export", "-o", path] + force)
            #expect(refused.status == .exited(1))
            #expect(refused.standardError.replacing("\n", with: " ").contains(word), "\(path)")
        }
        #expect(try kind(link) == .typeSymbolicLink)
        #expect(try kind(loose) == .typeSymbolicLink)
        #expect(try kind(inner) == .typeDirectory)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "kept")
    }

    @Test("What cannot be written is exit code 1, whatever was to be written")
    func unwritable() async throws {
        let nowhere = folder.file("nowhere") + "/x"
        for words in [
            ["export", "-o", nowhere + ".csv"], ["export", "-o", nowhere + ".db"], ["db", "backup", nowhere],
            ["export", "-o", "/dev/full"],
        ] {
            let refused = try await database.ask(words)
            #expect(refused.status == .exited(1), "\(words): \(refused.standardError)")
            #expect(refused.standardError.contains("cannot"), "\(words): \(refused.standardError)")
        }
        let whole = try await database.ask(["export", "--since", "all", "-o", "-"]).succeeded()
        #expect(whole.standardOutput.contains("one"))
    }

    @Test("An interrupted export leaves nothing behind", arguments: ["part.csv", "part.db"])
    func interrupted(name: String) async throws {
        let big = try Database()
        let line =
            #"{"resourceSpans":[{"scopeSpans":[{"spans":["#
            + (0..<1_000).map { number in
                let id = String(number + 0x1000, radix: 16)
                return #"{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"00000000TRAC\#(id)","#
                    + #""name":"one","startTimeUnixNano":"17900000000000\#(number + 10_000)"}"#
            }.joined(separator: ",") + #"]}]}]}"#
        // Enough that the export is not done before it is told to stop.
        let lines = (0..<150).map { line.replacing("TRAC", with: String($0 + 0x1000, radix: 16)) }
        let file = folder.file("big.jsonl")
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
        _ = try await big.ask(["import", file]).succeeded()
        let target = folder.file("out")
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        // On a busy machine the export may be done before the signal comes: then once more.
        var status = ExitStatus.exited(0)
        for _ in 0..<10 where status == .exited(0) {
            try? FileManager.default.removeItem(atPath: target + "/" + name)
            let export = try ChildProcess(
                BuiltProgram.traceq.path(), ["export", "--db", big.path, "-o", target + "/" + name])
            while try FileManager.default.contentsOfDirectory(atPath: target).isEmpty {
                try await Task.sleep(for: .milliseconds(1))
            }
            export.send(SIGINT)
            status = await export.exitStatus()
        }
        #expect(status == .signalled(SIGINT))
        #expect(try FileManager.default.contentsOfDirectory(atPath: target).isEmpty)
    }

    @Test("No file of the database is written over, whatever its name") func databaseFiles() async throws {
        let another = folder.file("another.db")
        try FileManager.default.linkItem(atPath: database.path, toPath: another)
        var paths = [database.path, another]
        for ending in ["-wal", "-shm", "-journal"] {
            paths += [database.path + ending, another + ending]
            // Beside another way to the same folder.
            let name = (database.path as NSString).lastPathComponent
            let parent = (database.path as NSString).deletingLastPathComponent
            paths.append(parent + "/./" + name + ending)
        }
        for path in paths {
            let refused = try await database.ask(["export", "--force", "--format", "csv", "-o", path])
            #expect(refused.status == .exited(1), "\(path)")
            #expect(refused.standardError.contains("name another file"), "\(path)")
        }
        #expect(!FileManager.default.fileExists(atPath: database.path + "-journal"))
        let log = folder.file("log.csv")
        try Data().write(to: URL(filePath: database.path + "-wal"))
        try FileManager.default.linkItem(atPath: database.path + "-wal", toPath: log)
        let linked = try await database.ask(["export", "--force", "-o", log])
        #expect(linked.status == .exited(1))
        #expect(try await database.spanCount() == 1)
        _ = try await database.ask(["export", "-o", folder.file("some-wal")]).succeeded()
    }

    @Test(
        "What is left of another database beside an SQLite file is refused, and goes with --force",
        arguments: ["-wal", "-journal", "-shm"])
    func journals(ending: String) async throws {
        let path = folder.file("tables.db")
        let words = ["export", "--format", "sqlite", "-o", path]
        try folder.write("left over", to: "tables.db" + ending)
        let refused = try await database.ask(words)
        #expect(refused.status == .exited(1))
        #expect(refused.standardError.contains("tables.db\(ending) is left of another database"))
        #expect(!FileManager.default.fileExists(atPath: path))
        // No other format has journals.
        _ = try await database.ask(["export", "--format", "csv", "-o", path]).succeeded()
        _ = try await database.ask(words + ["--force"]).succeeded()
        #expect(!FileManager.default.fileExists(atPath: path + ending))
        let bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.starts(with: Data("SQLite format 3".utf8)))
        try FileManager.default.createDirectory(atPath: path + ending, withIntermediateDirectories: false)
        let folderThere = try await database.ask(words + ["--force"])
        #expect(folderThere.status == .exited(1) && folderThere.standardError.contains("is no file"))
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }

    @Test("A database that another program has open is not replaced")
    func openDatabase() async throws {
        let other = try Database()
        try await Collector.running(on: other) { _ in
            let refused = try await database.ask([
                "export", "--format", "sqlite", "--force", "-o", other.path,
            ])
            #expect(refused.status == .exited(1))
            #expect(refused.standardError.contains("is open in another program"), "\(refused.standardError)")
        }
    }
}
