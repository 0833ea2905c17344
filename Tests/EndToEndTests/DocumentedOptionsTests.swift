import Foundation
import TestSupport
import Testing

@Suite("Every option that --help knows is documented", .timeLimit(.minutes(1)))
struct DocumentedOptionsTests {
    @Test(
        "traceq, in docs/cli.md",
        arguments: [
            ["slowest"], ["stats"], ["trace"], ["sql"], ["db", "info"], ["db", "verify"], ["db", "backup"],
            ["db", "merge"], ["import"],
            ["export"],
        ])
    func traceqOptions(command: [String]) async throws {
        let help = try await FinishedProgram.run(BuiltProgram.traceq.path(), command + ["--help"]).succeeded()
        try expectDocumented(help.standardOutput, in: ["docs/cli.md"])
    }

    @Test("traceq-collector, in docs/collector.md")
    func collectorOptions() async throws {
        let help = try await FinishedProgram.run(BuiltProgram.collector.path(), ["--help"]).succeeded()
        try expectDocumented(help.standardOutput, in: ["docs/collector.md"])
    }

    private func expectDocumented(_ help: String, in documents: [String]) throws {
        let text = try documents.map {
            try String(contentsOf: Repository.root.appending(path: $0), encoding: .utf8)
        }.joined()
        let options = Set(help.matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
            .subtracting(["--help", "--version"])
        #expect(!options.isEmpty)
        for option in options.sorted() {
            let isDocumented = text.contains(option)
            #expect(isDocumented, "\(option) stands in --help and in none of \(documents)")
        }
    }
}
