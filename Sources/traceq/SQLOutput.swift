import Telemetry

/// Runs a statement and writes what it gives.
///
/// As long as a statement runs, it holds a read transaction, and the collector's log cannot be emptied beyond it.
/// So no row is written that whoever reads is not ready to take: what does not fit is kept, first in memory and
/// then in a file without a name, and written when the statement has ended.
struct SQLOutput {
    let context: CommandContext
    let format: OutputFormat
    let style: RenderStyle

    /// - Throws: `SQLProblem`
    func write(_ question: SQLQuestion, _ session: SQLSession) throws(SQLProblem) {
        if format == .csv || format == .jsonl {
            try stream(question, session)
        } else {
            try collect(question, session)
        }
    }

    private func collect(_ question: SQLQuestion, _ session: SQLSession) throws(SQLProblem) {
        var names: [String] = []
        var rows: [[SQLValue]] = []
        let answer = try session.run(
            question, columns: { names = $0 },
            row: {
                rows.append($0)
                return true
            })
        context.write(
            ResultTable.sql(names, rows, notes: notes(answer, question), isForPeople: format.isForPeople),
            as: format, style: style)
    }

    private func stream(_ question: SQLQuestion, _ session: SQLSession) throws(SQLProblem) {
        let output = context.byteOutput.map { PatientOutput($0) }
        var stream: RowStream?
        var buffer = OutputBuffer(receive: output?.append ?? context.write)
        let answer = try session.run(
            question,
            columns: { names in
                let table = ResultTable.sql(names, [], notes: [], isForPeople: false)
                stream = RowStream(table, as: format)
                stream?.writeHeader(to: &buffer)
            },
            row: { row in
                stream?.write(row.map(ResultCell.value), to: &buffer)
                return true
            })
        buffer.flush()
        output?.finish()
        for note in notes(answer, question) { context.writeDiagnostic(ResultTable.noteText(note) + "\n") }
    }

    private func notes(_ answer: SQLAnswer, _ question: SQLQuestion) -> [QualityNote] {
        guard answer.isCut else { return answer.notes }
        let limit = HumanUnits.count(question.maxRows ?? 0, "row")
        return answer.notes + [
            QualityNote(
                code: "limited",
                message: "there are more than \(limit); --max-rows takes more, --format csv all of them")
        ]
    }
}
