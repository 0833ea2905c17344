import Telemetry
import Testing

@testable import traceq

@Suite("The report of an import")
struct ImportReportTests {
    @Test(
        "fits a terminal, whatever files are called",
        arguments: ["hour.jsonl", String(repeating: "long/", count: 40)])
    func width(file: String) {
        var counts = ImportCounts()
        counts.requests = 12_345
        for signal in Signal.allCases {
            counts[signal] = ImportCounts.Items(stored: 12_345_678, known: 12_345_678, refused: 12_345_678)
        }
        for framing in [RecordFraming.lines, .fixedLength] {
            let report = ImportReport(
                rows: [ImportReport.Row(file: file, framing: framing, counts: counts)], nanos: 1_000_000_000)
            var text = ""
            var output = OutputBuffer { text += $0 }
            var notes = OutputBuffer { _ in }
            report.table.write(as: .table, style: RenderStyle(width: 80), to: &output, diagnostics: &notes)
            output.flush()
            #expect(text.contains("12,345,678  12,345,678"))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        }
    }
}
