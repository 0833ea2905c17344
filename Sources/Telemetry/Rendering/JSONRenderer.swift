/// Writes a result as JSON: a document, or a row a line.
struct JSONRenderer {
    let table: ResultTable

    func writeDocument(to output: inout OutputBuffer) {
        output.text += "{\"schema\":" + JSONNode.string(table.schema).text
        output.text += ",\"window\":" + window.text
        output.text += ",\"rows\":["
        for index in 0..<table.rowCount {
            output.text += index == 0 ? "\n" : ",\n"
            writeRow(index, to: &output)
        }
        output.text += table.rowCount == 0 ? "]" : "\n]"
        output.text += ",\"notes\":" + notes.text
        output.line("}")
        output.flush()
    }

    func writeLines(to output: inout OutputBuffer) {
        for index in 0..<table.rowCount {
            writeRow(index, to: &output)
            output.line("")
        }
        output.flush()
    }

    private func writeRow(_ index: Int, to output: inout OutputBuffer) {
        let cells = table.row(index)
        let members = table.dataColumns.compactMap { column in
            table.columns[column].key.map { JSONMember($0, cells[column].json) }
        }
        JSONNode.object(members).write(to: &output.text)
        output.flushIfLarge()
    }

    private var window: JSONNode {
        guard let window = table.window else { return .null }
        return .object([
            JSONMember("since", .string(window.since.rfc3339)),
            JSONMember("until", .string(window.until.rfc3339)),
        ])
    }

    private var notes: JSONNode {
        .array(
            table.notes.map {
                .object([JSONMember("code", .string($0.code)), JSONMember("message", .string($0.message))])
            })
    }
}
