import ArgumentParser
import Telemetry

/// `traceq sql`: one statement of SQL.
struct SQLCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Ask in SQL: one SELECT over spans, events, links, resources and segments.",
        usage: "traceq sql <statement> <options>",
        discussion: """
            EXAMPLES
              traceq sql --tables
              traceq sql "SELECT node, count(*) FROM spans GROUP BY node"
              traceq sql "SELECT * FROM spans ORDER BY duration_ns DESC LIMIT 5"
              traceq sql --format csv - < question.sql

            attr(spans, 'http.route') reads one attribute of a span. docs/sql.md has the tables, the \
            functions and what is fast.
            """)

    @Argument(
        help: ArgumentHelp("A SELECT; - reads it from standard input.", valueName: "statement"))
    var statement: String?

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("How long it may run: 30s, 5m, none.", valueName: "duration"))
    var timeout = "5m"

    @Option(
        name: .customLong("max-rows"),
        help: ArgumentHelp(
            "How many rows to take (default: 100000, in csv and jsonl all).", valueName: "count"))
    var maxRows: Int?

    @Flag(help: "List the tables.")
    var tables = false

    @Flag(help: "List the tables with their columns, and the functions.")
    var schema = false

    func validate() throws {
        if let maxRows, maxRows < 1 {
            throw ValidationError("--max-rows is \(maxRows); it must be at least 1")
        }
        if statement == nil, !tables, !schema {
            throw ValidationError("what is the statement? Give it in quotes, or - to read standard input")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        if tables || schema {
            context.write(
                tables ? ResultTable.sqlTables() : ResultTable.sqlSchema(), as: format, style: style)
            return .success
        }
        let sql = try text(context)
        let session = try session(in: context, zone: style.zone)
        let question = SQLQuestion(
            sql: sql, timeoutNanos: try timeoutNanos(), maxRows: maxRows ?? defaultRows(format))
        do {
            try SQLOutput(context: context, format: format, style: style).write(question, session)
            return .success
        } catch {
            throw SQLProblemText(error, sql: sql, timeout: timeout, width: context.diagnosticWidth).failure
        }
    }

    private func text(_ context: CommandContext) throws(CommandFailure) -> String {
        guard statement == "-" else { return statement ?? "" }
        let bytes = context.readInput(Self.sqlBytesMax)
        guard bytes.count <= Self.sqlBytesMax else {
            throw CommandFailure(.usage, "the statement on standard input is longer than 1 MiB")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The longest statement: what SQLite is allowed to take as well.
    private static let sqlBytesMax = 1 << 20

    private func session(
        in context: CommandContext, zone: TimeZoneRules
    ) throws(CommandFailure) -> SQLSession {
        let place = try common.place(in: context)
        do {
            return try SQLSession(path: place.path, now: context.now, zone: zone)
        } catch {
            throw place.failure(error)
        }
    }

    private func defaultRows(_ format: OutputFormat) -> Int? {
        format == .csv || format == .jsonl ? nil : 100_000
    }

    private func timeoutNanos() throws(CommandFailure) -> Int64? {
        if timeout == "none" { return nil }
        do {
            return try DurationExpression.parse(timeout)
        } catch {
            throw CommandFailure(.usage, "--timeout: \(error)")
        }
    }
}
