/// Writes rows one after another in a format that needs nothing after them: CSV or a row of JSON a line.
package struct RowStream {
    private let isCSV: Bool
    private let csv: CSVRenderer
    private let json: JSONRenderer
    private let keys: [JSONRenderer.Key]

    /// - Parameters:
    ///   - table: only its columns count
    ///   - format: `.csv`, else JSON
    package init(_ table: ResultTable, as format: OutputFormat) {
        isCSV = format == .csv
        csv = CSVRenderer(table: table)
        json = JSONRenderer(table: table)
        keys = json.keys
    }

    package func writeHeader(to output: inout OutputBuffer) {
        if isCSV { csv.writeHeader(to: &output) }
    }

    package func write(_ cells: [ResultCell], to output: inout OutputBuffer) {
        if isCSV {
            csv.writeRow(cells, to: &output)
        } else {
            json.writeRow(cells, keys, to: &output)
            output.line("")
        }
    }
}
