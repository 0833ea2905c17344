import Foundation
import Telemetry
import TestSupport
import Testing

@testable import traceq

@Suite("traceq chain lint says what is wrong, where, and what to do")
struct ChainLintCommandTests {
    private static let list = "https://proxy.example.com,goproxycn,direct"

    @Test("a caret line stands under the offending element")
    func caret() {
        let answer = InMemoryCommandLine(["chain", "lint", "--goproxy", Self.list])
        #expect(answer.status == .conditionFound)
        #expect(
            answer.output == """
                error (reserved-word): "goproxycn" is a single word, and those that are not direct or off the go \
                command keeps for itself: it refuses the whole list
                  GOPROXY=https://proxy.example.com,goproxycn,direct
                                                    ^^^^^^^^^
                  do: write https://goproxy.cn

                1 error

                """)
        #expect(answer.diagnostics.isEmpty)
    }

    @Test("nothing wrong is said as well, with exit code 0; a note alone is nothing wrong")
    func nothing() {
        let good = InMemoryCommandLine(["chain", "lint", "--goproxy", "https://proxy.example.com,direct"])
        #expect(good.status == .success)
        #expect(good.output == "nothing found in GOPROXY=https://proxy.example.com,direct\n")
        let note = InMemoryCommandLine(["chain", "lint"])
        #expect(note.status == .success)
        #expect(note.output.contains("note (sumdb-direct)"))
    }

    @Test("the environment says what no option says, and an option stands above it")
    func environment() {
        let environment = ["GOPROXY": Self.list, "GOSUMDB": "off", "HOME": "/nonexistent"]
        let both = InMemoryCommandLine(["chain", "lint", "--json"], environment: environment)
        #expect(both.output.contains("reserved-word") && both.output.contains("sumdb-off"))
        let option = InMemoryCommandLine(
            ["chain", "lint", "--goproxy", "off", "--gosumdb", "sum.golang.org"], environment: environment)
        #expect(option.status == .success)
    }

    @Test("JSON, CSV and Markdown have the place and no password")
    func formats() {
        let words = ["chain", "lint", "--goproxy", "https://user:secret@a.example.com,,direct"]
        let json = InMemoryCommandLine(words + ["--format", "json"])
        #expect(json.status == .conditionFound)
        #expect(
            json.output.contains(
                #"{"severity":"warning","rule":"credentials","variable":"GOPROXY","column":9,"length":11,"#
                    + #""element":null,"#))
        let csv = InMemoryCommandLine(words + ["--format", "csv"])
        #expect(csv.output.hasPrefix("severity,rule,variable,column,length,element,message,advice"))
        let markdown = InMemoryCommandLine(words + ["--format", "markdown"])
        #expect(markdown.output.contains("| warning | empty-element | GOPROXY |"))
        let table = InMemoryCommandLine(words)
        #expect(table.output.contains("https://REDACTED@a.example.com"))
        for answer in [json, csv, markdown, table] { #expect(!answer.output.contains("secret")) }
    }

    @Test(
        "no spelling of a password is shown, in any format and by any variable",
        arguments: [
            ["--goproxy", "//user:secret@a.example.com"],
            ["--goproxy", "https://user:x,secret@a.example.com"],
            ["--goproxy", "https://a.example.com/?token=secret"], ["--goproxy", "user:secret@a.example.com"],
            ["--goproxy", "user:secret/x@a.example.com"],
            ["--goproxy", "https://user:secret,x@a.example.com"],
            ["--goproxy", "https://a.example.com/?token=x,secret"],
            ["--gosumdb", "sum.golang.org https://user:secret@a.example.com"],
            ["--gosumdb", "sum.golang.org https://user:x secret@a.example.com"],
            ["--gosumdb", "user:secret@a.example.com"],
            ["--goprivate", "https://user:secret@a.example.com/x,[user:secret@b"],
        ])
    func spellings(setting: [String]) {
        for format in ["table", "json", "jsonl", "csv", "markdown"] {
            let answer = InMemoryCommandLine(["chain", "lint", "--format", format] + setting)
            #expect(answer.status == .conditionFound, "\(setting)")
            #expect(!(answer.output + answer.diagnostics).contains("secret"), "\(answer.output)")
        }
        let replay = InMemoryCommandLine(
            [
                "chain", "replay", "--db", "/nonexistent/x.db",
                setting[0] == "--gosumdb" ? "--goproxy" : setting[0],
            ]
                + [setting[1]])
        #expect(!replay.diagnostics.contains("secret"))
    }

    @Test("what is said of a long list does not grow with it", arguments: ["table", "json", "csv"])
    func long(format: String) {
        func output(_ list: String) -> String {
            InMemoryCommandLine(["chain", "lint", "--format", format, "--goproxy", list]).output
        }
        for element in [
            "", "direct", "x", "http://user:pw@a.example.com", "https://a.example.com|https://goproxy.cn",
        ] {
            let list = Array(repeating: element, count: 8000).joined(separator: ",")
            // The part behind direct is one finding, with all of it.
            let rest = element == "direct" ? list.utf8.count : 0
            #expect(output(list).utf8.count < 100_000 + rest, "\(element)")
        }
        #expect(
            output(String(repeating: ",", count: 8000)).contains(
                "7,991 more findings like this one not listed"))
    }

    @Test("nothing that is checked steers the terminal")
    func hostile() {
        let answer = InMemoryCommandLine(["chain", "lint", "--goproxy", "https://a\u{1b}[31m.com,x\u{202e}y"])
        #expect(answer.status == .conditionFound)
        #expect(!answer.output.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
    }

    @Test("what a mirrors or routes file says counts; all that is wrong with one is told at once")
    func files() throws {
        let folder = try TemporaryDirectory()
        try folder.write(
            """
            mirrors:
              - name: own
                url: https://nexus.example.com/repository/go
                profile: nexus
                visibility: private
                sumdb: false
            """, to: "mirrors.yaml")
        let words = ["chain", "lint", "--goproxy", "https://nexus.example.com,direct"]
        let own = InMemoryCommandLine(words + ["--mirrors", folder.file("mirrors.yaml")])
        #expect(own.output.contains("sumdb-direct"))
        #expect(InMemoryCommandLine(words).status == .success)
        try folder.write("mirrors:\n  - nam: x\n    url: https://\n", to: "bad.yaml")
        let bad = InMemoryCommandLine(words + ["--mirrors", folder.file("bad.yaml")])
        #expect(bad.status == .usage)
        #expect(bad.diagnostics.contains("4 problems"))
        #expect(
            bad.diagnostics.contains("bad.yaml:2:5: unknown key \"nam\" in a mirror: did you mean \"name\"?"))
        #expect(bad.diagnostics.contains("bad.yaml:3:10: url is \"https://\""))
        let missing = InMemoryCommandLine(words + ["--routes", folder.file("none.yaml")])
        #expect(missing.status == .usage)
        // A file that is not there has no place in it.
        #expect(
            missing.diagnostics.contains(
                "\ncannot read \(folder.file("none.yaml")): No such file or directory"))
    }

    @Test("files in the user's folder are found without an option")
    func standardPlace() throws {
        let folder = try TemporaryDirectory()
        try folder.write(
            "routes:\n  - modules: git.example.com\n", to: "config/traceq/routes.yaml")
        let answer = InMemoryCommandLine(
            ["chain", "lint", "--goproxy", "off"], environment: ["XDG_CONFIG_HOME": folder.file("config")])
        #expect(answer.output.contains("route-not-private"))
    }

    @Test("the examples of --help run")
    func examples() throws {
        let help = InMemoryCommandLine(["chain", "lint", "--help"]).output
        let examples = help.split(separator: "\n").filter { $0.hasPrefix("  traceq chain lint") }
        #expect(examples.count == 3)
        // One looks at telemetry.
        for example in examples where !example.contains("--since") {
            // What a shell would make of it.
            let typed = example.replacing("$(go env GOPROXY)", with: "https://goproxy.cn,direct")
            let words = typed.filter { $0 != "\"" && $0 != "'" }.split(separator: " ").dropFirst().map(
                String.init)
            let answer = InMemoryCommandLine(words)
            #expect(answer.status == .conditionFound, "\(words) \(answer.diagnostics)")
            #expect(answer.output.contains("masked-not-found"))
        }
    }
}
