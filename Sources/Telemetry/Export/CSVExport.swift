import OTLPModel

/// Writes spans as lines of RFC 4180: the columns of `SpanRecord`, then events, links and the resource's attributes
/// as JSON.
package enum CSVExport {
    package static var header: String {
        CSVRenderer.line(SpanRecord.columns.map(\.name) + ["events", "links", "resource"])
    }

    package static func lines(_ chunk: SpanChunk) -> String {
        var text = ""
        var resources: [Int: String] = [:]
        for element in chunk.spans {
            let stored = element.stored
            let resource =
                resources[element.origin] ?? JSONNode.plain(stored.resource.attributes).text
            resources[element.origin] = resource
            let fields =
                SpanRecord.values(stored).map(field)
                + [SpanRecord.events(stored.span).text, SpanRecord.links(stored.span).text, resource]
            text += CSVRenderer.line(fields)
        }
        return text
    }

    private static func field(_ value: SQLValue) -> String {
        switch value {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): number.description
        case .text(let text): CSVRenderer.guarded(DisplayText.escaped(text))
        case .blob(let bytes): hexadecimal(bytes)
        }
    }
}
