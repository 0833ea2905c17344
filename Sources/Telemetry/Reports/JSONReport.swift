/// A report for programs: the same sections, sentences and numbers as data.
struct JSONReport {
    let document: ReportDocument
    let human: ReportHumanTexts

    var text: String {
        let record = ReportRecord(document)
        let written = ReportHumanField.all.compactMap { field in
            human[field].map { JSONMember(field.id, .string($0)) }
        }
        return JSONNode.object([
            JSONMember("schema", .string(ReportRecord.schema)),
            JSONMember("title", .string(document.title)),
            JSONMember("parameters", record.parametersNode),
            JSONMember("sections", .array(document.sections.map(Self.node))),
            JSONMember("evidence", .array(document.evidence.map(ReportRecord.node))),
            JSONMember("human", .object(written)),
        ]).text + "\n"
    }

    static func human(of text: String) -> [(field: ReportHumanField, text: String)] {
        guard let node = JSONNode(parsing: text) else { return [] }
        return ReportHumanField.all.compactMap { field in
            node["human"]?[field.id]?.stringValue.map { (field, $0) }
        }
    }

    private static func node(_ section: ReportSection) -> JSONNode {
        .object([
            JSONMember("id", .string(section.id)), JSONMember("title", .string(section.title)),
            JSONMember("blocks", .array(section.blocks.map(node))),
        ])
    }

    private static func node(_ block: ReportBlock) -> JSONNode {
        func typed(_ type: String, _ members: JSONMember...) -> JSONNode {
            .object([JSONMember("type", .string(type))] + members)
        }
        func texts(_ sentences: [ReportSentence]) -> JSONMember {
            JSONMember("sentences", .array(sentences.map(node)))
        }
        switch block {
        case .paragraph(let sentences): return typed("paragraph", texts(sentences))
        case .list(let sentences): return typed("list", texts(sentences))
        case .facts(let facts):
            return typed(
                "facts",
                JSONMember(
                    "facts",
                    .array(
                        facts.map { fact in
                            .object([
                                JSONMember("name", .string(fact.name)),
                                JSONMember("sentence", node(fact.sentence)),
                            ])
                        })))
        case .table(let table):
            return typed(
                "table", JSONMember("caption", node(table.caption)),
                JSONMember("columns", .array(table.columns.map { .string($0.title) })),
                JSONMember(
                    "rows", .array(table.rows.map { row in .array(row.map { .string($0.text) }) })))
        case .chart(let chart):
            return typed(
                "chart", JSONMember("caption", node(chart.caption)),
                JSONMember("unit", .string(chart.unit.rawValue)), JSONMember("axis", node(chart.axis)),
                JSONMember(
                    "series",
                    .array(
                        chart.series.map {
                            .object([
                                JSONMember("name", .string($0.name)),
                                JSONMember("values", numbers($0.values)),
                            ])
                        })))
        case .heatMap(let map):
            return typed(
                "heat_map", JSONMember("caption", node(map.caption)), JSONMember("axis", node(map.axis)),
                JSONMember(
                    "rows",
                    .array(
                        map.rows.map {
                            .object([
                                JSONMember("name", .string($0.name)),
                                JSONMember("shares", numbers($0.shares)),
                            ])
                        })))
        case .waterfall(let waterfall):
            return typed(
                "waterfall", JSONMember("caption", node(waterfall.caption)),
                JSONMember("trace_id", .string(waterfall.traceID.hex)),
                JSONMember("hidden_spans", .integer(Int64(waterfall.hidden))),
                JSONMember("spans", .array(waterfall.rows.map(node))))
        case .commands(let commands):
            return typed("commands", JSONMember("commands", .array(commands.map { .string($0) })))
        case .human(let field):
            return typed(
                "human", JSONMember("id", .string(field.id)), JSONMember("title", .string(field.title)))
        }
    }

    private static func node(_ sentence: ReportSentence) -> JSONNode {
        .object([
            JSONMember("text", .string(sentence.text)),
            JSONMember("evidence", .array(sentence.evidence.map { .string("E\($0)") })),
        ])
    }

    private static func node(_ axis: ReportTimeAxis) -> JSONNode {
        .object([
            JSONMember("start", .string(axis.start.rfc3339)),
            JSONMember("slot_seconds", .double(Double(axis.slotNanos) / 1e9)),
            JSONMember("slots", .integer(Int64(axis.count))),
            JSONMember(
                "incident",
                axis.incident.map {
                    .array([.integer(Int64($0.lowerBound)), .integer(Int64($0.upperBound))])
                } ?? .null),
        ])
    }

    private static func node(_ row: ReportWaterfall.Row) -> JSONNode {
        .object([
            JSONMember("depth", .integer(Int64(row.depth))), JSONMember("name", .string(row.name)),
            JSONMember("place", .string(row.place)),
            JSONMember("duration_ms", .decimal(HumanUnits.milliseconds(row.durationNanos))),
            JSONMember("stage", row.stage.isEmpty ? .null : .string(row.stage)),
            JSONMember("is_error", .bool(row.isError)),
        ])
    }

    private static func numbers(_ values: [Double?]) -> JSONNode {
        .array(values.map { $0.map { .double(($0 * 1e6).rounded() / 1e6) } ?? .null })
    }
}
