/// Writes a result as RFC 4180: a header, CRLF after each line, quotes where they are needed.
struct CSVRenderer {
    let table: ResultTable

    func write(to output: inout OutputBuffer) {
        writeHeader(to: &output)
        for index in 0..<table.rowCount { writeRow(table.row(index), to: &output) }
        output.flush()
    }

    func writeHeader(to output: inout OutputBuffer) {
        writeLine(table.dataColumns.map { table.columns[$0].key ?? "" }, to: &output)
    }

    func writeRow(_ cells: [ResultCell], to output: inout OutputBuffer) {
        writeLine(table.dataColumns.map { cells[$0].csvText }, to: &output)
    }

    /// Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers.
    static func guarded(_ text: String) -> String {
        // Letters, digits and what else begins nearly every text: no need to look further.
        if let byte = text.utf8.first, (0x2f...0x3c).contains(byte) || (0x41...0x7e).contains(byte) {
            return text
        }
        guard let first = text.unicodeScalars.first, formulaStarts.contains(first) else { return text }
        // `Double` also reads hexadecimal, which a spreadsheet does not.
        let isDecimal = text.utf8.dropFirst().allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) }
        let isNumber = isDecimal && text.utf8.dropFirst().first.map(isDigit) == true && Double(text) != nil
        return isNumber ? text : "'" + text
    }

    /// ASCII and the full-width forms, which some spreadsheets take for the same.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\0", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}",
    ]

    private func writeLine(_ fields: [String], to output: inout OutputBuffer) {
        output.text += Self.line(fields)
        output.flushIfLarge()
    }

    /// A line with its end, from fields that are guarded where they need to be.
    static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        let quote = UInt8(ascii: "\"")
        let needsQuotes = field.utf8.contains { byte in
            byte == quote || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\r")
                || byte == UInt8(ascii: "\n")
        }
        let space = UInt8(ascii: " ")
        guard needsQuotes || field.utf8.first == space || field.utf8.last == space else { return field }
        var quoted = [quote]
        quoted.reserveCapacity(field.utf8.count + 64)
        for byte in field.utf8 {
            quoted.append(byte)
            if byte == quote { quoted.append(quote) }
        }
        quoted.append(quote)
        return String(decoding: quoted, as: UTF8.self)
    }
}
