import Foundation
import Telemetry
import TestSupport
import Testing

@testable import traceq

@Suite("A wrong command line is answered with a sentence and exit code 1")
struct UsageTests {
    @Test(
        "what is wrong is named",
        arguments: [
            (["slowst"], "did you mean 'traceq slowest'"), (["slow"], "did you mean 'traceq slowest'"),
            (["trcae", "00"], "did you mean 'traceq trace'"),
            (["db", "ifno"], "did you mean 'traceq db info'"),
            (
                ["ls"],
                "there is no command 'ls'; 'traceq' has slowest, incidents, report, why, errors, misses"
            ),
            ([""], "'traceq' has slowest, incidents, report, why, errors, misses"),
            (["slowest", "1h"], "unexpected argument '1h'; did you mean '--since 1h'?\nsee 'traceq slowest"),
            (["db", "info", "--bogus"], "traceq: unknown option '--bogus'\nsee 'traceq db info --help'"),
            (["frobnicate"], "'traceq' has slowest, incidents, report, why, errors, misses"),
            (["\u{1b}[2J"], "\\x1b[2J"),
            (["slowest", "--since", "soon"], "cannot read 'soon' as a time"),
            (["slowest", "--since", "10"], "write 10s for seconds ago"),
            (["slowest", "--since", "1h", "--until", "2h"], "--since must lie before --until"),
            (["slowest", "--until", "1h"], "(1h ago, as --since is not given) and ends at 2026-08-21T09:00"),
            (["map", "--node", "x"], "traceq: unknown option '--node'\nsee 'traceq map --help'"),
            (["map", "--foobar", "x"], "traceq: unknown option '--foobar'\nsee 'traceq map --help'"),
            (["stats", "--nod", "x"], "Did you mean '--node'?"),
            (["slowest", "--since", "-5x"], "cannot read '-5x' as a time"),
            (["slowest", "--since", "-1h", "--until", "-2h"], "--since must lie before --until"),
            (["slowest", "--min-duration", "5"], "cannot read '5' as a duration"),
            (["slowest", "--limit", "0"], "between 1 and 100000"),
            (["slowest", "--limit", "1000000000000"], "between 1 and 100000"),
            (["slowest", "--format", "xml"], "xml"), (["slowest", "--fromat", "json"], "--format"),
            (["slowest", "--json", "--format", "csv"], "exclude each other"),
            (["slowest", "--tz", "Atlantis/Capital"], "there is no time zone 'Atlantis/Capital'"),
            (["slowest", "--tz", "../../etc/passwd"], "there is no time zone"),
            (["slowest", "--width", "3"], "between 20 and 10000"),
            (["slowest", "--db", ""], "--db names no file"),
            (["export", "-o", "spans.csv.bz2"], "no format has the ending .bz2; say with --format"),
            (["slowest", "extra"], "extra"), (["trace"], "id"), (["trace", "xyz"], "is no trace id"),
            (["trace", ""], "is no trace id"),
            (["trace", String(repeating: "a", count: 33)], "is no trace id"),
            (["trace", "00", "--limit", "0"], "at least 1"),
            (["slowest", "\u{1b}]52;c;eA==\u{7}"], "\\x1b]52;c;eA==\\x07"),
        ])
    func usage(arguments: [String], expected: String) {
        let result = InMemoryCommandLine(arguments)
        #expect(result.status == .usage)
        #expect(result.output.isEmpty)
        #expect(result.diagnostics.contains(expected), "\(result.diagnostics)")
        #expect(result.diagnostics.hasPrefix("traceq: "))
        #expect(!result.diagnostics.contains("Error"))
        for scalar in result.diagnostics.unicodeScalars where scalar != "\n" {
            #expect(!DisplayText.mustEscape(scalar))
        }
    }

    @Test("errors are wrapped on a terminal", arguments: [40, 80])
    func wrapped(width: Int) {
        for arguments in [["slowest", "--since", "soon"], ["frobnicate"], ["db", "info", "--bogus"]] {
            let text = InMemoryCommandLine(arguments, diagnosticWidth: width).diagnostics
            for line in text.split(separator: "\n") { #expect(line.count <= width, "\(line)") }
        }
    }

    @Test("an environment variable that is wrong is named")
    func environment() {
        let result = InMemoryCommandLine(["db", "info"], environment: ["TRACEQ_FORMAT": "xml"])
        #expect(result.status == .usage)
        #expect(result.diagnostics.contains("TRACEQ_FORMAT is 'xml'"))
    }

    @Test(
        "help and version are answers",
        arguments: [
            ["--help"], ["slowest", "--help"], ["help", "trace"], ["db"], ["db", "info", "-h"], ["--version"],
            [],
            ["--generate-completion-script", "bash"],
        ])
    func answers(arguments: [String]) {
        let result = InMemoryCommandLine(arguments)
        #expect(result.status == .success)
        #expect(!result.output.isEmpty)
        #expect(result.diagnostics.isEmpty)
    }

    @Test("exit codes mean the same in help, in docs/cli.md and in README.md") func exitCodes() throws {
        func read(_ document: String) throws -> String {
            try String(contentsOf: Repository.root.appending(path: document), encoding: .utf8)
        }
        let help = InMemoryCommandLine(["--help"]).output
        let table = try #require(read("docs/cli.md").components(separatedBy: "\n## Exit codes\n").last)
        let readme = try #require(
            read("README.md").replacing("\n", with: " ").firstMatch(of: /exit codes are (.*?)\. \[/))
        let named = readme.1.split(separator: " ").map { String($0) }
        let known =
            CommandStatus.allCases.map { ($0.rawValue, $0.meaning) } + [CommandStatus.interruption]
        for (code, meaning) in known {
            #expect(help.contains("  \(code)".padding(toLength: 7, withPad: " ", startingAt: 0) + meaning))
            let row = try #require(table.split(separator: "\n").first { $0.hasPrefix("| \(code) | ") })
            #expect(row.dropFirst("| \(code) | ".count).lowercased().hasPrefix(meaning.lowercased()))
            // No command checks anything yet.
            #expect(named.contains(String(code)) || code == 2)
        }
        #expect(table.split(separator: "\n").count { $0.contains(/^\| [0-9]+ \|/) } == known.count)
    }

    @Test("a failure of the store is the database's, unless the question or the target is wrong")
    func storeFailures() {
        let usage: [StoreError.Code] = [.exists, .target, .limit]
        for code in [StoreError.Code.missing, .damaged, .newerFormat, .inUse, .unavailable] + usage {
            let expected: CommandStatus = usage.contains(code) ? .usage : .database
            #expect(CommandStatus(StoreError(code, "")) == expected, "\(code)")
        }
    }

    @Test(
        "help has examples first, and fits a terminal",
        arguments: [
            [], ["slowest"], ["errors"], ["compare"], ["critical-path"], ["why"], ["prewarm"], ["stats"],
            ["trace"], ["sql"], ["export"], ["import"], ["db", "info"], ["db", "verify"], ["db", "backup"],
            ["db", "merge"],
        ])
    func examples(command: [String]) throws {
        let help = InMemoryCommandLine(command + ["--help"]).output
        let examples = try #require(help.firstRange(of: "EXAMPLES"))
        let usage = try #require(help.firstRange(of: "USAGE"))
        #expect(examples.lowerBound < usage.lowerBound)
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
        // What is wrapped begins at the margin.
        let lines = help[examples.upperBound..<usage.lowerBound].drop { $0.isNewline }
            .split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
        #expect(lines.count > 1 && lines.allSatisfy { $0.hasPrefix("  ") }, "\(lines)")
    }
}
