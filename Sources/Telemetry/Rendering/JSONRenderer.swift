/// Writes a result as JSON: a document, or a row a line.
struct JSONRenderer {
    let table: ResultTable

    func writeDocument(to output: inout OutputBuffer) {
        output.text += "{\"schema\":" + JSONNode.string(table.schema).text
        output.text += ",\"window\":" + window.text
        output.text += ",\"rows\":["
        let keys = keys
        for index in 0..<table.rowCount {
            output.text += index == 0 ? "\n" : ",\n"
            writeRow(table.row(index), keys, to: &output)
        }
        output.text += table.rowCount == 0 ? "]" : "\n]"
        output.text += ",\"notes\":" + notes.text
        for member in table.members {
            output.text += "," + JSONNode.string(member.key).text + ":" + member.value.text
        }
        output.line("}")
        output.flush()
    }

    func writeLines(to output: inout OutputBuffer) {
        let keys = keys
        for index in 0..<table.rowCount {
            writeRow(table.row(index), keys, to: &output)
            output.line("")
        }
        output.flush()
    }

    func writeRow(_ cells: [ResultCell], _ keys: [Key], to output: inout OutputBuffer) {
        for (position, key) in keys.enumerated() {
            output.text += position == 0 ? "{" : ","
            output.text += key.text
            cells[key.column].json.write(to: &output.text)
        }
        output.text += "}"
        output.flushIfLarge()
    }

    /// A column's name as JSON with its colon, made once for all rows.
    struct Key {
        let column: Int
        let text: String
    }

    var keys: [Key] {
        table.dataColumns.map { column in
            Key(column: column, text: JSONNode.string(table.columns[column].key ?? "").text + ":")
        }
    }

    private var window: JSONNode {
        guard let window = table.window else { return .null }
        return .object([
            JSONMember("since", window.since == .distantPast ? .null : .string(window.since.rfc3339)),
            JSONMember("until", .string(window.until.rfc3339)),
        ])
    }

    private var notes: JSONNode {
        .array(
            table.notes.map { note in
                var members = [
                    JSONMember("code", .string(note.code)), JSONMember("message", .string(note.message)),
                ]
                if !note.nodes.isEmpty {
                    members.append(JSONMember("nodes", .array(note.nodes.map { .string($0) })))
                }
                return .object(members)
            })
    }
}
