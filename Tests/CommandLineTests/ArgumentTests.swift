import Telemetry
import TestSupport
import Testing

@testable import traceq

@Suite("Arguments mean what people expect")
struct ArgumentTests {
    @Test(
        "options before the command go behind it",
        arguments: [
            (["--since", "1h", "slowest"], ["slowest", "--since", "1h"]),
            (
                ["--since=1h", "--json", "slowest", "--limit", "3"],
                ["slowest", "--limit", "3", "--since=1h", "--json"]
            ),
            (["--db", "x", "db", "info"], ["db", "info", "--db", "x"]),
            (["--json", "trace", "--", "00"], ["trace", "--json", "--", "00"]),
            (["slowest", "--since", "1h"], ["slowest", "--since", "1h"]),
            (["-n", "3", "slowest"], ["slowest", "-n", "3"]),
            (["--help"], ["--help"]), (["--db", "x"], ["--db", "x"]), (["--db"], ["--db"]),
            (["--unknown", "slowest"], ["--unknown", "slowest"]), ([], []),
        ])
    func leadingOptions(typed: [String], expected: [String]) {
        #expect(LeadingOptions.movedBehindCommand(typed) == expected)
    }

    @Test(
        "every option that a command has goes behind it",
        arguments: [
            ["slowest"], ["misses"], ["stats"], ["trace"], ["sql"], ["export"], ["import"], ["metrics"],
            ["db", "info"], ["db", "verify"], ["db", "backup"], ["db", "merge"], ["chain", "lint"],
            ["chain", "replay"], ["slo"], ["leaks"], ["recommend"],
        ])
    func everyLeadingOption(command: [String]) throws {
        let help = InMemoryCommandLine(command + ["--help"]).output
        let options = help.matches(of: /\n  ((?:-[a-z], )?--[a-z-]+(?:\/--[a-z-]+)?)( <)?/)
        #expect(options.count > 3)
        for option in options {
            for name in option.1.split(whereSeparator: { ",/ ".contains($0) }).map(String.init)
            where !["-h", "--help", "--version"].contains(name) {
                let typed = option.2 == nil ? [name] : [name, "value"]
                #expect(
                    LeadingOptions.movedBehindCommand(typed + command) == command + typed, "\(typed)")
            }
        }
    }

    @Test(
        "a trace id in the forms in which people find it",
        arguments: [
            ("0AF7", "0af7"), (" 0af7 ", "0af7"),
            ("0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319c"),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"),
            ("0af76519-16cd-43dd-8448-eb211c80319c", "0af7651916cd43dd8448eb211c80319c"),
        ])
    func traceIDs(typed: String, expected: String) throws {
        #expect(try TraceIDPrefix(typed: typed).digits == expected)
    }

    @Test("colour only on a terminal, and never against NO_COLOR or a dumb terminal")
    func colour() {
        #expect(ColourChoice.auto.isOn(environment: [:], isTerminal: true))
        #expect(!ColourChoice.auto.isOn(environment: [:], isTerminal: false))
        #expect(!ColourChoice.auto.isOn(environment: ["NO_COLOR": "1"], isTerminal: true))
        #expect(
            !ColourChoice.auto.isOn(environment: ["NO_COLOR": "1", "FORCE_COLOR": "1"], isTerminal: true))
        #expect(ColourChoice.auto.isOn(environment: ["NO_COLOR": ""], isTerminal: true))
        #expect(!ColourChoice.auto.isOn(environment: ["TERM": "dumb"], isTerminal: true))
        #expect(ColourChoice.auto.isOn(environment: ["FORCE_COLOR": "1"], isTerminal: false))
        #expect(!ColourChoice.auto.isOn(environment: ["FORCE_COLOR": "0"], isTerminal: false))
        #expect(ColourChoice.always.isOn(environment: [:], isTerminal: false))
        #expect(!ColourChoice.never.isOn(environment: ["FORCE_COLOR": "1"], isTerminal: true))
    }
}
