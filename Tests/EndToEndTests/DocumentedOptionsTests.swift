import Foundation
import TestSupport
import Testing

@Suite("Every option that --help knows is documented, and no other", .timeLimit(.minutes(15)))
struct DocumentedOptionsTests {
    @Test(
        "traceq, in the command's own section of docs/cli.md",
        arguments: [
            ["slowest"], ["incidents"], ["report"], ["nodes"], ["lag"], ["map"], ["stats"], ["trace"],
            ["sql"],
            ["db", "info"],
            ["db", "verify"], ["db", "backup"], ["db", "merge"], ["import"], ["export"], ["record"],
            ["slo"], ["check"], ["chain", "lint"], ["chain", "replay"], ["leaks"], ["recommend"],
        ])
    func traceqOptions(command: [String]) async throws {
        let help = try await FinishedProgram.run(BuiltProgram.traceq.path(), command + ["--help"]).succeeded()
        let document = try read("docs/cli.md")
        let own = try section("`traceq \(command.joined(separator: " "))", of: document)
        let isOfItsOwn = ["import", "export", "record", "lint", "report"].contains(command.last)
        let common = isOfItsOwn ? "" : try section("Options of every command", of: document)
        try expectDocumented(help.standardOutput, in: own + common)
    }

    @Test("traceq-collector, in docs/collector.md")
    func collectorOptions() async throws {
        let help = try await FinishedProgram.run(BuiltProgram.collector.path(), ["--help"]).succeeded()
        try expectDocumented(help.standardOutput, in: read("docs/collector.md"))
    }

    @Test("messages of the collector name options and keys that there are, and no other")
    func namedInMessages() async throws {
        var help = ""
        for command in [[], ["status"], ["doctor"], ["validate"], ["config", "print"]] {
            help += try await FinishedProgram.run(BuiltProgram.collector.path(), command + ["--help"])
                .succeeded().standardOutput
        }
        let options = Self.options(in: help[...])
        let configuration = try read("config/collector.yaml")
        var seen: Set<String> = []
        for literal in try Self.literals(in: ["Sources/Collector", "Sources/Telemetry/Storage"]) {
            for option in Self.options(in: literal[...]) {
                seen.insert(option)
                #expect(options.contains(option), "\(option) in \"\(literal)\"")
            }
            for match in literal.matches(
                of: /\b(?:limits|listen|redaction|authentication)\.([a-z][a-z0-9_]+)/)
            {
                seen.insert(String(match.output.0))
                #expect(configuration.contains("  \(match.output.1):"), "\(match.output.0) in \"\(literal)\"")
            }
        }
        #expect(seen.isSuperset(of: ["--max-body-bytes", "limits.request_bytes", "--max-db-size", "--db"]))
    }

    /// What stands in quotation marks in the code, but for what is said of programs that send: their options are their own.
    private static func literals(in folders: [String]) throws -> [String] {
        var literals: [String] = []
        for folder in folders {
            let root = Repository.root.appending(path: folder)
            let files = FileManager.default.enumerator(atPath: root.path())?.allObjects as? [String] ?? []
            for file in files where file.hasSuffix(".swift") && !file.hasPrefix("Senders/") {
                let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
                for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//")
                {
                    // What is put in is no text.
                    let text = line.replacing(/\\\([^()]*(?:\([^()]*\)[^()]*)*\)/, with: "")
                    literals += text.matches(of: /"((?:[^"\\]|\\.)*)"/).map { String($0.output.1) }
                }
            }
        }
        return literals
    }

    private func read(_ document: String) throws -> String {
        try String(contentsOf: Repository.root.appending(path: document), encoding: .utf8)
    }

    /// From a heading that begins so to the next one.
    private func section(_ heading: String, of text: String) throws -> String {
        let found = text.split(separator: "\n## ").first {
            // "slo" is not "slowest".
            $0.hasPrefix(heading) && $0.dropFirst(heading.count).first?.isLetter != true
        }
        return String(try #require(found, "no section \(heading)"))
    }

    private func expectDocumented(_ help: String, in text: String) throws {
        let usage = try #require(help.range(of: "\nUSAGE: ")).upperBound
        let options = Self.options(in: help[usage...]).subtracting(["--help", "--version"])
        #expect(!options.isEmpty)
        // The first cell of a table's row is what it is about.
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `-") }
            .compactMap { $0.split(separator: " | ").first }
        let documented = Self.options(in: rows.joined(separator: "\n")[...])
        #expect(options.subtracting(documented).isEmpty, "stand in --help alone")
        #expect(documented.subtracting(options).isEmpty, "stand in the document alone")
    }

    private static func options(in text: Substring) -> Set<String> {
        Set(text.matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
    }
}
