import Foundation
import TestSupport
import Testing

@Suite("Every option that --help knows is documented, and no other", .timeLimit(.minutes(1)))
struct DocumentedOptionsTests {
    @Test(
        "traceq, in the command's own section of docs/cli.md",
        arguments: [
            ["slowest"], ["stats"], ["trace"], ["sql"], ["db", "info"], ["db", "verify"], ["db", "backup"],
            ["db", "merge"], ["import"], ["export"],
        ])
    func traceqOptions(command: [String]) async throws {
        let help = try await FinishedProgram.run(BuiltProgram.traceq.path(), command + ["--help"]).succeeded()
        let document = try read("docs/cli.md")
        let own = try section("`traceq \(command.joined(separator: " "))", of: document)
        let isOfItsOwn = ["import", "export"].contains(command[0])
        let common = isOfItsOwn ? "" : try section("Options of every command", of: document)
        try expectDocumented(help.standardOutput, in: own + common)
    }

    @Test("traceq-collector, in docs/collector.md")
    func collectorOptions() async throws {
        let help = try await FinishedProgram.run(BuiltProgram.collector.path(), ["--help"]).succeeded()
        try expectDocumented(help.standardOutput, in: read("docs/collector.md"))
    }

    private func read(_ document: String) throws -> String {
        try String(contentsOf: Repository.root.appending(path: document), encoding: .utf8)
    }

    /// From a heading that begins so to the next one.
    private func section(_ heading: String, of text: String) throws -> String {
        let sections = text.split(separator: "\n## ")
        return String(try #require(sections.first { $0.hasPrefix(heading) }, "no section \(heading)"))
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
