import Foundation
import TestSupport
import Testing

@Suite("A report is a page that browsers show", .serialized, .timeLimit(.minutes(15)))
struct ReportPageTests {
    /// Has the page say how it was laid out; the page itself forbids scripts.
    private static func measured(_ page: String) -> String {
        let policy = page.firstRange(of: "<meta http-equiv=\"Content-Security-Policy\"")
        precondition(policy != nil, "a report forbids itself scripts")
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).filter {
            !$0.hasPrefix("<meta http-equiv=\"Content-Security-Policy\"")
        }
        return lines.joined(separator: "\n").replacing(
            "</body>",
            with: """
                <script>
                const root = document.documentElement;
                root.dataset.overflow = root.scrollWidth - root.clientWidth;
                root.dataset.charts = [...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().height > 20).length;
                root.dataset.dead = [...document.querySelectorAll('a[href^="#"]')].filter(a => !document.querySelector(a.getAttribute('href'))).length;
                </script></body>
                """)
    }

    @Test("at a desktop's and a phone's width nothing sticks out, all links lead somewhere, and it prints")
    func page() async throws {
        let folder = try TemporaryDirectory()
        let database = folder.file("telemetry.db")
        _ = try await FinishedProgram.run(
            BuiltProgram.fleetgen.path(),
            [
                "run", "--record", folder.file("recorded"), "--seed", "5", "--rate", "6", "--duration", "1h",
                "--start",
                "2026-11-01T00:00:00Z", "--fault", "slow-upstream:after=30m,for=15m,at=github.com",
            ]
        ).succeeded()
        _ = try await FinishedProgram.run(
            BuiltProgram.traceq.path(),
            ["import", folder.file("recorded/traces.otlp"), "--db", database]
        ).succeeded()
        let file = folder.file("night.html")
        _ = try await FinishedProgram.run(
            BuiltProgram.traceq.path(),
            [
                "report", "--db", database, "--since", "2026-11-01T00:20:00Z", "--until",
                "2026-11-01T01:00:00Z", "-o",
                file,
            ]
        ).succeeded()
        let page = try String(decoding: Data(contentsOf: URL(filePath: file)), as: UTF8.self)
        #expect(page.contains("slow-upstream: upstream github.com"))
        #expect(!page.contains("http://") && !page.contains("src="), "it fetches nothing")
        try folder.write(Self.measured(page), to: "measured.html")
        let chromium = Chromium(folder: folder)
        for width in [1280, 500] {
            let document = try await chromium.document(of: folder.file("measured.html"), width: width)
            for expected in ["data-overflow=\"0\"", "data-charts=\"5\"", "data-dead=\"0\""] {
                #expect(document.contains(expected), "at \(width): \(document.prefix(200))")
            }
        }
        try await chromium.picture(of: file, width: 1280, height: 3000, to: folder.file("page.png"))
        try await chromium.paper(of: file, to: folder.file("page.pdf"))
        let picture = try Data(contentsOf: URL(filePath: folder.file("page.png")))
        let paper = try Data(contentsOf: URL(filePath: folder.file("page.pdf")))
        #expect(picture.starts(with: [0x89, 0x50, 0x4e, 0x47]) && picture.count > 20_000)
        #expect(paper.starts(with: Array("%PDF".utf8)) && paper.count > 20_000)
    }
}

extension String {
    fileprivate func firstRange(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
