import Foundation
import OTLPModel
import TestSupport

/// The worked example of docs/format.md: the request that it is about, and the bytes that the page shows.
struct WorkedExample {
    /// Hexadecimal, upper case, without spaces.
    var journalRow: String
    /// The same of each chunk that the page writes out in full.
    var chunks: [(number: Int, data: String)]

    /// What the page says about the receipt of the request.
    static let digest = "063DE8704AA7F5C120109749BA7481A4"

    /// Reads the page.
    init() throws {
        let page = try String(contentsOf: Repository.root.appending(path: "docs/format.md"), encoding: .utf8)
        guard let row = page.range(of: "### Its journal row\n\n```\n"),
            let rowEnd = page[row.upperBound...].range(of: "\n```"),
            let segment = page.range(of: "### Its segment"), page.contains(Self.digest)
        else { throw TestSupportError("docs/format.md has no worked example") }
        journalRow = page[row.upperBound..<rowEnd.lowerBound].split(separator: "\n")
            .map { Self.leadingBytes($0) }.joined()
        chunks = page[segment.upperBound...].split(separator: "\n").flatMap { Self.chunks(inRow: $0) }
    }

    /// The bytes at the beginning of a line, up to the first word that is none.
    private static func leadingBytes(_ line: Substring) -> String {
        line.split(separator: " ").prefix { word in
            word.count.isMultiple(of: 2)
                && word.allSatisfy { $0.isHexDigit && !$0.isLowercase }
        }.joined()
    }

    /// The chunks of a row of the table: `| 11, 12 | `00 03 00` | … |`.
    private static func chunks(inRow row: Substring) -> [(number: Int, data: String)] {
        let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard cells.count == 3, cells[1].hasPrefix("`"), !cells[1].contains("…") else { return [] }
        let data = cells[1].filter { $0.isHexDigit }
        return cells[0].split(separator: ",").compactMap { number in
            Int(number.trimmingCharacters(in: .whitespaces)).map { ($0, data) }
        }
    }

    static let request: ExportTraceServiceRequest = {
        let start: UInt64 = 1_700_000_000_000_000_000
        var first = span(0xa1, parent: 0, "GET", .server, start, start + 1_000)
        first.attributes = [KeyValue("path", .string("/x")), KeyValue("code", .int(200))]
        var second = span(0xa2, parent: 0xa1, "GET", .client, start + 10, start + 30)
        second.attributes = [KeyValue("path", .string("/x")), KeyValue("code", .int(404))]
        second.status.code = .error
        var third = span(0xa3, parent: 0x77, "read", .internal, start + 5, start + 4)
        third.attributes = [KeyValue("hit", .bool(true))]
        let scoped = ScopeSpans(scope: InstrumentationScope(name: "demo"), spans: [first, second, third])
        let resource = Resource(attributes: [KeyValue("service.name", .string("proxy"))])
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(resource: resource, scopeSpans: [scoped])
        ])
    }()

    private static func span(
        _ id: UInt8, parent: UInt8, _ name: String, _ kind: SpanKind, _ start: UInt64, _ end: UInt64
    ) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = Array(1...16)
        span.spanID = [0, 0, 0, 0, 0, 0, 0, id]
        if parent != 0 { span.parentSpanID = [0, 0, 0, 0, 0, 0, 0, parent] }
        span.name = name
        span.kind = kind
        span.startTimeUnixNano = start
        span.endTimeUnixNano = end
        return span
    }
}
