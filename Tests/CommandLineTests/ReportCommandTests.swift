import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry
@testable import traceq

@Suite("traceq report writes a document, and says whether one is true", .serialized)
struct ReportCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func report(_ words: String..., environment: [String: String] = [:]) -> InMemoryCommandLine {
        InMemoryCommandLine(
            ["report", "--db", path] + words,
            environment: ["HOME": "/nonexistent"].merging(environment) { $1 })
    }

    private func content(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: folder.file(name))), as: UTF8.self)
    }

    /// Two hours at four nodes, of which one fails in a third of what it is asked for, from half an hour ago on.
    private func store(failing node: String? = "edge-3", module: String = "example.com/m") async throws {
        let requests = (0..<2_400).map { number -> StoredRequest in
            let ago = Int64(2_400 - number) * 3_000_000_000
            var request = StoredRequest(
                ago: ago, millis: 5 + Int64(number % 5), node: "edge-\(number % 4)", version: number % 60,
                role: "edge")
            request.module = module
            if request.node == node, ago < 1_800_000_000_000, number % 3 == 0 { request.status = 500 }
            return request
        }
        try await StoredRequest.store(requests, in: path)
    }

    @Test("the form is that of the file's end, and standard output has Markdown")
    func forms() async throws {
        try await store()
        for (name, start) in [
            ("r.md", "# node-errors"), ("r.html", "<!DOCTYPE html>"),
            ("r.json", "{\"schema\":\"traceq.report/1\""),
        ] {
            let line = report("-o", folder.file(name))
            #expect(line.status == .success && line.output == "", "\(line.diagnostics)")
            #expect(line.diagnostics.contains("node edge-3"))
            #expect(try content(name).hasPrefix(start))
            let verified = report("--verify", folder.file(name))
            #expect(
                verified.status == .success && verified.output.contains(" is true: "), "\(verified.output)")
        }
        #expect(report().output == (try content("r.md")))
        #expect(try JSONValue(parsing: content("r.json"))["title"]?.text?.hasPrefix("node-errors") == true)
    }

    @Test("each command of the evidence runs, and says that")
    func evidence() async throws {
        try await store()
        let document = try JSONValue(parsing: report("--format", "json").output)
        let evidence = document["evidence"]?.elements ?? []
        #expect(evidence.count > 8)
        for entry in evidence {
            let words = (entry["command"]?.text ?? "").split(separator: " ").map(String.init)
            let line = InMemoryCommandLine(Array(words.dropFirst()) + ["--db", path])
            #expect([.success, .conditionFound].contains(line.status), "\(words): \(line.diagnostics)")
        }
        let errors = evidence.first { $0["command"]?.text?.hasPrefix("traceq why ") == true }
        let words = (errors?["command"]?.text ?? "").split(separator: " ").map(String.init)
        let answer = try JSONValue(
            parsing: InMemoryCommandLine(Array(words.dropFirst()) + ["--db", path, "--json"]).output)
        let told = errors?["values"]?.elements.first { $0["name"]?.text == "selected" }?["value"]?.text
        #expect(told == (answer["totals"]?["selected"]?.number).map { String(Int($0)) })
    }

    @Test("without an incident it says so, and still shows how things went")
    func none() async throws {
        try await store(failing: nil)
        let line = report()
        #expect(line.status == .success)
        #expect(line.output.contains("No incident: of 1,200 module requests"))
        #expect(line.output.contains("Not determined"))
        #expect(line.output.contains("How long clients' requests took"))
    }

    @Test("what people wrote stays when it is made again, and other files stay as they are")
    func again() async throws {
        try await store()
        let file = folder.file("r.md")
        #expect(report("-o", file).status == .success)
        let prompt = "Each step with its time, who took it and what it did."
        let written = try content("r.md").replacing(prompt, with: "03:12 restarted edge-3")
        try folder.write(written, to: "r.md")
        #expect(report("--verify", file).status == .success)
        #expect(report("-o", file).status == .success)
        #expect(try content("r.md") == written)
        #expect(report("-o", file, "--force").status == .success)
        #expect(try content("r.md").contains(prompt))

        try folder.write("my notes", to: "notes.md")
        let refused = report("-o", folder.file("notes.md"))
        #expect(refused.status == .usage && refused.diagnostics.contains("is no report; --force replaces it"))
        #expect(try content("notes.md") == "my notes")
        let other = report("-o", file, "--format", "html")
        #expect(other.status == .usage && other.diagnostics.contains("a report in another form (markdown)"))
    }

    @Test(
        "nothing that people wrote is lost to another incident, broken marks or another encoding; CRLF is read"
    )
    func kept() async throws {
        try await store()
        let file = folder.file("r.md")
        #expect(report("-o", file).status == .success)
        let text = try content("r.md")
        let id = try #require(text.firstMatch(of: /node-errors-[0-9a-f]+/)).output
        func refusal(_ content: [UInt8], _ words: String) throws {
            try Data(content).write(to: URL(filePath: file))
            let line = report("-o", file)
            #expect(line.status == .usage && line.diagnostics.contains(words), "\(line.diagnostics)")
            #expect(try Data(contentsOf: URL(filePath: file)) == Data(content))
        }
        try refusal(
            Array(text.replacing(id, with: "slow-node-01234567").utf8),
            "report of another incident, slow-node-01234567")
        try refusal(
            Array(text.replacing("<!-- traceq:end -->", with: "", maxReplacements: 1).utf8), "15 of the marks"
        )
        try refusal(Array(text.utf8) + [0xfc], "is not UTF-8")
        try folder.write("\u{feff}" + text.replacing("\n", with: "\r\n"), to: "r.md")
        #expect(report("--verify", file).status == .success)
        #expect(report("-o", file).status == .success)
        #expect(try content("r.md") == text)
    }

    @Test("--verify ends with 2 when a sentence was changed, a request came late, or the incident is gone")
    func verification() async throws {
        try await store()
        let file = folder.file("r.md")
        #expect(report("-o", file).status == .success)
        let text = try content("r.md")
        try folder.write(text.replacing("Suspected is", with: "Proven is"), to: "r.md")
        let changed = report("--verify", file)
        #expect(changed.status == .conditionFound)
        #expect(changed.output.contains("1 difference") && changed.output.contains("Proven is"))

        try folder.write(text, to: "r.md")
        let late = StoredRequest(
            ago: 600_000_000_000, status: 500, node: "edge-3", version: 7, role: "edge", trace: 90_000)
        try await StoredRequest.store([late], in: path)
        let more = report("--verify", file)
        #expect(more.status == .conditionFound)
        #expect(more.output.contains("E1 bad_requests"), "\(more.output)")
    }

    @Test(
        "objectives are those of --objectives, and --verify wants the same ones; reports of before say none")
    func objectives() async throws {
        try await store()
        let objectives = folder.file("slo.yaml")
        try folder.write(
            "objectives:\n  - name: latency\n    indicator: latency\n    statistic: mean\n    below: 1s\n",
            to: "slo.yaml")
        let file = folder.file("r.md")
        let written = report("-o", file, "--objectives", objectives)
        #expect(written.status == .success, "\(written.diagnostics)")
        #expect(report("--verify", file, "--objectives", objectives).status == .success)
        let other = report("--verify", file)
        #expect(other.status == .usage && other.diagnostics.contains("other objectives"))

        #expect(report("-o", file).status == .success || report("-o", file, "--force").status == .success)
        let text = try content("r.md")
        let member = try #require(text.firstMatch(of: /"objectives":"[0-9a-f]+",/))
        try folder.write(text.replacing(member.output, with: ""), to: "r.md")
        let before = report("--verify", file)
        #expect(before.status == .success, "\(before.output)\(before.diagnostics)")
    }

    @Test("private modules are those of --redact or GOPRIVATE, and --verify wants the same ones")
    func privacy() async throws {
        try await store(module: "git.example.net/team/secret")
        let file = folder.file("r.md")
        #expect(report("-o", file, environment: ["GOPRIVATE": "git.example.net"]).status == .success)
        #expect(try !content("r.md").contains("secret"))
        #expect(report("--verify", file, "--redact", "git.example.net").status == .success)
        let other = report("--verify", file)
        #expect(other.status == .usage && other.diagnostics.contains("other patterns of private modules"))
        #expect(report().output.contains("git.example.net/team/secret"))
        let shown = report("--private", environment: ["GOPRIVATE": "git.example.net"])
        #expect(shown.output.contains("git.example.net/team/secret"))
    }

    @Test(
        "wrong input gets a sentence",
        arguments: [
            (
                ["--incident", "slow-moon"],
                "there is no incident 'slow-moon' in the window; there are node-errors-"
            ),
            (["-o", "report.txt"], "does not say which form it is to have"),
            (["--verify", "/nonexistent.md"], "cannot read /nonexistent.md: No such file or directory"),
            (["--verify", "/etc/hostname"], "is no report of traceq"),
            (["--verify", "x.md", "--since", "1h"], "leave out --since"),
            (["--redact", "https://x"], "--redact has 'https://x'; module paths have no scheme"),
            (["--baseline", "soon"], "cannot read 'soon' as a duration"),
            (["--objectives", "/nonexistent.yaml"], "/nonexistent.yaml"),
            (["--incidnt", "x"], "Did you mean '--incident'?"),
        ])
    func wrong(words: [String], sentence: String) async throws {
        try await store()
        let line = InMemoryCommandLine(["report", "--db", path] + words)
        #expect(line.status == .usage)
        #expect(line.diagnostics.contains(sentence), "\(line.diagnostics)")
    }
}
