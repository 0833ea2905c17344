import Foundation
import OTLPModel
import Testing

@testable import Telemetry

@Suite("Results are written in five formats")
struct ResultTableTests {
    private func write(
        _ table: ResultTable, as format: OutputFormat, _ style: RenderStyle = RenderStyle()
    ) -> (output: String, diagnostics: String) {
        var output = ""
        var diagnostics = ""
        var outputBuffer = OutputBuffer { output += $0 }
        var diagnosticsBuffer = OutputBuffer { diagnostics += $0 }
        table.write(as: format, style: style, to: &outputBuffer, diagnostics: &diagnosticsBuffer)
        diagnosticsBuffer.flush()
        return (output, diagnostics)
    }

    private var hostile: ResultTable {
        ResultTable.slowest(SampleRequests.result, window: SampleRequests.window, zone: .utc)
    }

    private var plain: ResultTable {
        ResultTable.slowest(SampleRequests.plain, window: SampleRequests.window, zone: .utc)
    }

    @Test("hostile names, in each format", arguments: OutputFormat.allCases)
    func hostileSnapshots(format: OutputFormat) throws {
        try Snapshot.expect(write(hostile, as: format).output, matches: "slowest-hostile-\(format.rawValue)")
    }

    @Test("a table at 80 and 160 columns, with and without colour")
    func widths() throws {
        for width in [80, 160] {
            try Snapshot.expect(
                write(plain, as: .table, RenderStyle(width: width)).output, matches: "slowest-\(width)")
            try Snapshot.expect(
                write(hostile, as: .table, RenderStyle(colour: true, width: width)).output,
                matches: "slowest-hostile-colour-\(width)")
        }
    }

    private func stats(_ keys: [[String]], ratio: String?) -> ResultTable {
        var totals = SpanTotals()
        totals.spans = 12_402
        totals.errors = 31
        totals.ratioSpans = 10_000
        totals.ratioPassed = 6_135
        totals.longestNanos = 3_921_000_000
        totals.sumNanos = 730_000_000_000
        let quantiles = DurationQuantiles(p50: 4_304_000, p90: 44_370_000, p99: 843_500_000)
        let names = [SpanKey.node, .attribute("http.route"), .name]
        let result = StatsResult(
            groups: keys.map { StatsGroup(key: $0.map { .text($0) }, totals: totals, quantiles: quantiles) },
            groupCount: keys.count, spanCount: 24_804, rateNanos: 3_600_000_000_000, isExact: true,
            unknownKeys: [], knownKeys: [], notes: [])
        let query = StatsQuery(
            window: SampleRequests.window, keys: Array(names.prefix(keys.first?.count ?? 0)))
        return ResultTable.stats(result, query, ratioTitle: ratio, zone: .utc)
    }

    @Test("groups stay on one line with their keys first, or take two where the terminal is too narrow")
    func statsWidths() throws {
        let one = stats([["edge-fra-01"], ["edge-fra-02"]], ratio: nil)
        let long = "/github.com/some-organisation/a-module-with-a-long-name/v2/@v/{version}.zip"
        let three = stats(
            [["edge-fra-01", long, "proxy.download"], ["edge-fra-02", long, "proxy"]],
            ratio: "cache_result=hit")
        for width in [80, 160] {
            for (name, table) in [("one", one), ("three", three)] {
                let text = write(table, as: .table, RenderStyle(width: width)).output
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                let isTwo = width == 80 && name == "three"
                #expect(lines[isTwo ? 2 : 1].hasPrefix("edg"))
                #expect(lines[isTwo ? 6 : 3].isEmpty)
                for line in lines { #expect(DisplayWidth.columns(String(line)) <= width) }
                try Snapshot.expect(text, matches: "stats-\(name)-\(width)")
            }
        }
        let two = stats([["edge-fra-01", long], ["edge-fra-02", long]], ratio: "cache_result=hit")
        let text = write(two, as: .table, RenderStyle(width: 80)).output
        #expect(text.hasPrefix("NODE") && !text.contains("ERRORS") && text.contains("0.25 %"))
        #expect(text.split(separator: "\n").allSatisfy { DisplayWidth.columns(String($0)) <= 80 })
        let csv = write(three, as: .csv).output
        for column in ["rate", "max_ms", "total_ms"] { #expect(csv.contains("," + column)) }
    }

    @Test(
        "where one line is too short, texts that may move go to the second with the numbers, and ids stay whole",
        arguments: [70, 80, 90, 100, 120, 160])
    func movedTexts(width: Int) {
        let id = "85480f7f3e58c8d5c365c9975e8a6e74"
        let cells: [ResultCell] = [
            .time(SampleRequests.window.since), .duration(32_130_000_000), .identifier("cold_upstream"),
            .identifier("upstream"), .text("github.com/some-organisation/a-module-with-a-long-name"),
            .text("v1.18.1"), .size(4_928_307), .text("mirror-1"), .text("eu-central-1"), .identifier(id),
        ]
        let table = ResultTable(
            schema: "test/1",
            columns: [
                ResultColumn(key: "start", title: "START", fit: .spare(2)),
                ResultColumn(key: "duration_ms", title: "DURATION", alignsRight: true),
                ResultColumn(key: "class", title: "CLASS"), ResultColumn(key: "stage", title: "STAGE"),
                ResultColumn(key: "module", title: "MODULE", fit: .elastic),
                ResultColumn(key: "version", title: "VERSION", fit: .movable),
                ResultColumn(key: "bytes", title: "BYTES", fit: .spare(1), alignsRight: true),
                ResultColumn(key: "node", title: "NODE", fit: .movable),
                ResultColumn(key: "region", title: "REGION", fit: .spare(0)),
                ResultColumn(key: "trace_id", title: "TRACE ID"),
            ], rowCount: 1, row: { _ in cells })
        let text = write(table, as: .table, RenderStyle(width: width)).output
        for line in text.split(separator: "\n") {
            #expect(DisplayWidth.columns(String(line)) <= width, "\(line)")
        }
        for word in [id, "v1.18.1", "mirror-1", "cold_upstream", "32.13 s"] { #expect(text.contains(word)) }
    }

    @Test("periods of whole minutes show no seconds, to people")
    func periods() {
        for (nanos, expected) in [
            (60_000_000_000 as Int64, "2026-08-21 10:00"), (1_000_000_000, "10:00:00.000"),
        ] {
            let time = UnixNanos(rawValue: 1_787_306_400_000_000_000)
            let quantiles = DurationQuantiles(p50: 1, p90: 1, p99: 1)
            let result = StatsResult(
                groups: [StatsGroup(key: [.time(time)], totals: SpanTotals(), quantiles: quantiles)],
                groupCount: 1, spanCount: 0, rateNanos: nanos, isExact: true, unknownKeys: [], knownKeys: [],
                notes: [])
            let query = StatsQuery(window: SampleRequests.window, keys: [.period(nanos)])
            let table = ResultTable.stats(result, query, ratioTitle: nil, zone: .utc)
            let row = write(table, as: .table, RenderStyle(width: 100)).output.split(separator: "\n")[1]
            #expect(row.contains(expected + " "), "\(row)")
            #expect(write(table, as: .csv).output.contains("2026-08-21T10:00:00.000000000Z,"))
        }
    }

    @Test(
        "rates have three digits",
        arguments: [
            (0.0, "0"), (0.0004, "<0.001"), (0.0005, "0.001"), (0.772_4, "0.772"), (0.999_6, "1.00"),
            (3.446, "3.45"),
            (9.996, "10.0"), (34.46, "34.5"), (99.96, "100"), (12_402.4, "12,402"),
            (1e300, "4,611,686,018,427,387,904"),
            (.infinity, "0"),
        ])
    func rates(perSecond: Double, expected: String) {
        #expect(HumanUnits.rate(perSecond) == expected)
    }

    @Test("a table fits its width and cuts no id", arguments: [80, 100, 120, 160, 200])
    func tableFits(width: Int) {
        let text = write(plain, as: .table, RenderStyle(width: width)).output
        for line in text.split(separator: "\n") { #expect(DisplayWidth.columns(String(line)) <= width) }
        for row in SampleRequests.plain.rows { #expect(text.contains(row.traceID.hex)) }
    }

    @Test(
        "hostile 79: nothing that acts on a terminal gets out, whatever the format",
        arguments: OutputFormat.allCases)
    func safe(format: OutputFormat) {
        let (output, diagnostics) = write(hostile, as: format)
        for scalar in (output + diagnostics).unicodeScalars where scalar != "\n" && scalar != "\r" {
            #expect(!DisplayText.mustEscape(scalar))
        }
        if format != .csv { #expect(!output.contains("\r")) }
    }

    @Test("the JSON document has schema, window, rows and notes, with the exact names")
    func json() throws {
        let text = write(hostile, as: .json).output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(Set(document.keys) == ["schema", "window", "rows", "notes"])
        #expect(document["schema"] as? String == "traceq.slowest/1")
        #expect(
            document["window"] as? [String: String] == [
                "since": "2026-08-21T10:00:00.000000000Z", "until": "2026-08-21T11:00:00.000000000Z",
            ])
        let rows = try #require(document["rows"] as? [[String: Any]])
        #expect(rows.count == SampleRequests.hostileNames.count)
        for (index, row) in rows.enumerated() where index != 4 {
            #expect(row["path"] as? String == SampleRequests.hostileNames[index])
        }
        #expect(rows[4]["path"] is NSNull)
        #expect(rows[0]["duration_ms"] as? Double == 12345.678901)
        #expect(rows[0]["http_status"] as? Int == 200)
        #expect(rows[3]["http_status"] is NSNull)
        #expect(
            Set(rows[0].keys) == [
                "start", "duration_ms", "node", "node_source", "service", "name", "path", "kind",
                "http_status",
                "status", "trace_id", "span_id",
            ])
        let notes = try #require(document["notes"] as? [[String: String]])
        #expect(notes.map { $0["code"] } == ["journal", "node_from_peer"])
    }

    @Test("JSON lines are a row each, and notes go to standard error")
    func jsonLines() throws {
        let (output, diagnostics) = write(hostile, as: .jsonl)
        let lines = output.split(separator: "\n")
        #expect(lines.count == SampleRequests.hostileNames.count)
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        #expect(diagnostics.hasPrefix("note (journal): "))
    }

    @Test("an empty result is still a document")
    func empty() throws {
        let table = ResultTable(
            schema: "traceq.slowest/1", columns: plain.columns, rowCount: 0, row: { _ in [] })
        #expect(
            write(table, as: .json).output
                == "{\"schema\":\"traceq.slowest/1\",\"window\":null,\"rows\":[],\"notes\":[]}\n")
        #expect(write(table, as: .csv).output.hasPrefix("start,duration_ms,"))
        #expect(write(table, as: .table).output.isEmpty)
    }

    @Test("what is known of a database, in each format", arguments: OutputFormat.allCases)
    func databaseInfo(format: OutputFormat) throws {
        let info = DatabaseInfo(
            path: "/srv/telemetry.db", sizeBytes: 31_234_567, spans: 1_000_000, segments: 16, journalRows: 3,
            minTime: UnixNanos(clamping: SampleTrace.epoch),
            maxTime: UnixNanos(clamping: SampleTrace.time(5000)),
            formatVersion: 1, notes: [])
        try Snapshot.expect(
            write(ResultTable.databaseInfo(info), as: format).output, matches: "db-info-\(format.rawValue)")
    }

    @Test("a trace as CSV and Markdown")
    func trace() throws {
        let table = ResultTable.trace(TraceTree(SampleTrace.odd), notes: [], zone: .utc)
        try Snapshot.expect(write(table, as: .csv).output, matches: "trace-csv")
        let detailed = ResultTable.trace(
            TraceTree(SampleTrace.odd), notes: [], zone: .utc, isForPeople: true)
        try Snapshot.expect(write(detailed, as: .markdown).output, matches: "trace-markdown")
    }

    @Test("hostile 80: formulas get an apostrophe, numbers do not")
    func formulas() {
        let lines = write(hostile, as: .csv).output.components(separatedBy: "\r\n")
        #expect(lines.contains { $0.contains(",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",") })
        #expect(lines.contains { $0.contains(",'@SUM(1+1)") })
        #expect(lines.contains { $0.contains(",'-1+cmd,") })
        #expect(lines.contains { $0.contains(",-5,") })
    }

    @Test("Markdown rows all have as many cells as the header")
    func markdownCells() {
        let rows = write(hostile, as: .markdown).output.split(separator: "\n").filter { $0.hasPrefix("|") }
        let counts = rows.map { $0.replacingOccurrences(of: "\\|", with: "").filter { $0 == "|" }.count }
        #expect(Set(counts).count == 1)
        #expect(rows.count == SampleRequests.hostileNames.count + 2)
    }
}
