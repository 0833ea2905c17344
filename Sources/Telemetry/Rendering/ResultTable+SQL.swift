extension ResultTable {
    /// What a statement of SQL gave.
    package static func sql(
        _ names: [String], _ rows: [[SQLValue]], notes: [QualityNote], isForPeople: Bool
    ) -> ResultTable {
        let keys = uniqueKeys(names)
        let columns = names.indices.map { column in
            let values = rows.lazy.map { $0[column] }.filter { $0 != .null }
            return ResultColumn(
                key: keys[column], title: DisplayText.escaped(names[column]),
                alignsRight: isForPeople && !values.isEmpty && values.allSatisfy(\.isNumber))
        }
        return ResultTable(
            schema: "traceq.sql/1", columns: columns, rowCount: rows.count,
            row: { rows[$0].map(ResultCell.value) }, notes: notes,
            summary: [HumanUnits.count(rows.count, "row")], layout: .rowsOrRecords)
    }

    /// A statement may give two columns one name, a JSON object may not: the second becomes `name_2`.
    private static func uniqueKeys(_ names: [String]) -> [String] {
        var taken: Set<String> = []
        return names.map { name in
            var key = name
            var number = 2
            while !taken.insert(key).inserted {
                key = "\(name)_\(number)"
                number += 1
            }
            return key
        }
    }

    /// The tables that SQL can ask, besides those of the file.
    package static func sqlTables() -> ResultTable {
        let tables = TelemetryTables.descriptions
        return ResultTable(
            schema: "traceq.sql_tables/1",
            columns: [
                ResultColumn(key: "table", title: "TABLE"), ResultColumn(key: "meaning", title: "ROWS"),
            ],
            rowCount: tables.count,
            row: { [.identifier(tables[$0].name), .identifier(tables[$0].meaning)] },
            summary: ["traceq sql --schema lists their columns, and the functions"])
    }

    /// The same with their columns, and the functions.
    package static func sqlSchema() -> ResultTable {
        let columns = TelemetryTables.descriptions.flatMap { table in
            table.columns.map { (table.name, $0.name, $0.type, $0.meaning) }
        }
        let functions = TelemetryFunctions.descriptions.map { ("", $0.call, "FUNCTION", $0.meaning) }
        let rows = columns + functions
        return ResultTable(
            schema: "traceq.sql_schema/1",
            columns: [
                ResultColumn(key: "table", title: "TABLE"), ResultColumn(key: "name", title: "NAME"),
                ResultColumn(key: "type", title: "TYPE"),
                ResultColumn(key: "meaning", title: "MEANING", fit: .elastic),
            ],
            rowCount: rows.count,
            row: { index in
                let (table, name, type, meaning) = rows[index]
                return [
                    table.isEmpty ? .missing : .identifier(table), .identifier(name), .identifier(type),
                    .identifier(meaning),
                ]
            })
    }
}
