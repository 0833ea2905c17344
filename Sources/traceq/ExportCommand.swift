import ArgumentParser
import Glibc
import Telemetry

/// `traceq export`: takes spans, points or log records out of a database.
struct ExportCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write spans, metrics or logs to a file: OTLP, CSV, or an SQLite file of ordinary tables.",
        usage: "traceq export -o <file> <options>",
        discussion: """
            OTLP is what 'traceq import' and the tools around the OpenTelemetry Collector read: JSON with a request \
            a line, or protobuf with its length in four bytes before each request. The options select spans, not \
            whole traces.

            EXAMPLES
              traceq export --since 1h -o hour.jsonl        the last hour as OTLP/JSON
              traceq export --since 7d -o week.otlp.zst     OTLP protobuf, compressed
              traceq export --service athens -o athens.db   tables: sqlite3, DuckDB
              traceq export --trace 0af76519 -o -           to standard output
              traceq export --signal logs -o logs.jsonl     log records
              traceq export --signal metrics -o points.jsonl
            """)

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"),
        completion: .file())
    var output: String

    @Option(
        help: "otlp-json, otlp (protobuf), csv or sqlite (default: by the file's ending, else otlp-json).")
    var format: ExportFormat?

    @Option(help: "traces; metrics or logs: points or log records, as OTLP only.")
    var signal = ExportSignal.traces

    @Option(help: "none, gzip or zstd (default: by the file's ending, .gz or .zst).")
    var compress: ExportCompression?

    @Flag(help: "Replace a file that is there already.")
    var force = false

    @OptionGroup var database: DatabaseOption

    @OptionGroup var window: WindowOptions

    @OptionGroup var timeZone: ZoneOption

    @OptionGroup var spans: SpanOptions

    @Option(help: ArgumentHelp("Only of this trace: its id, or a unique beginning of it.", valueName: "id"))
    var trace: String?

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try format ?? formatOfOutput()
        let compression = compress ?? ExportCompression(fileName: output)
        try check(format, compression)
        let place = try database.place(in: context)
        let reader = try openReader(place)
        let selection = try selection(reader, now: context.now)
        var sink = try ExportSink(
            format, compression, path: output == "-" ? nil : output, replaces: force, database: place.path)
        var bar = ProgressBar(
            title: "export", unit: .things(signal.item + "s"), width: context.diagnosticWidth,
            write: context.writeDiagnostic)
        var failure: (any Error)?
        let result: SpanExportResult
        /// Hands a chunk on; false ends the export.
        func goesOn(_ append: () throws -> Void) -> Bool {
            do {
                try append()
                return true
            } catch {
                failure = error
                return false
            }
        }
        do {
            let onProgress = { (done: Int, total: Int) in
                bar.update(done: Int64(done), total: Int64(total))
            }
            switch signal {
            case .traces:
                result = try reader.export(selection, onProgress: onProgress) { chunk in
                    goesOn { try sink.append(chunk) }
                }
            case .metrics:
                result = try reader.exportPoints(selection, onProgress: onProgress) { chunk in
                    goesOn { try sink.append(chunk.request) }
                }
            case .logs:
                result = try reader.exportLogs(selection, onProgress: onProgress) { chunk in
                    goesOn { try sink.append(chunk.request) }
                }
            }
        } catch {
            bar.finish()
            throw place.failure(error)
        }
        bar.finish()
        if let failure { throw failure }
        try sink.finish()
        for note in result.notes { context.writeDiagnostic(ResultTable.noteText(note) + "\n") }
        if output != "-" {
            context.writeDiagnostic(
                "\(HumanUnits.count(result.spans, signal.item)) written to \(DisplayText.escaped(output))\n")
        }
        return .success
    }

    /// What the name of the output asks for; OTLP/JSON when it asks for nothing.
    private func formatOfOutput() throws(CommandFailure) -> ExportFormat {
        if let format = ExportFormat(fileName: output) { return format }
        let name = output.split(separator: "/").last ?? ""
        if let dot = name.lastIndex(of: "."), dot > name.startIndex, output != "-" {
            throw CommandFailure(
                .usage,
                "-o \(DisplayText.escaped(output)): no format has the ending \(DisplayText.escaped(String(name[dot...]))); "
                    + "say with --format what to write, or end the name with .jsonl, .otlp, .csv or .db")
        }
        return .otlpJSON
    }

    private func check(_ format: ExportFormat, _ compression: ExportCompression) throws(CommandFailure) {
        guard signal == .traces || format == .otlp || format == .otlpJSON else {
            throw CommandFailure(
                .usage, "\(signal.item)s are written as OTLP only: --format otlp-json or otlp")
        }
        if signal == .logs, spans.name != nil {
            throw CommandFailure(.usage, "log records have no name to select by; leave --name out")
        }
        if signal == .metrics, trace != nil {
            throw CommandFailure(.usage, "points are of no trace; leave --trace out")
        }
        if output.isEmpty { throw CommandFailure(.usage, "--output names no file; - is standard output") }
        if format == .sqlite {
            guard output != "-" else {
                throw CommandFailure(
                    .usage, "an SQLite file cannot go to standard output; name a file with -o")
            }
            guard compression == .none else {
                throw CommandFailure(
                    .usage, "an SQLite file is not compressed; leave the ending or --compress out")
            }
        }
        let isBinary = format.isBinary || compression != .none
        guard !isBinary || output != "-" || isatty(STDOUT_FILENO) == 0 else {
            throw CommandFailure(
                .usage, "binary data is not written to a terminal; name a file with -o, or use a pipe")
        }
    }

    private func openReader(_ place: DatabasePlace) throws(CommandFailure) -> TelemetryReader {
        do {
            return try TelemetryReader(path: place.path)
        } catch {
            throw place.failure(error)
        }
    }

    private func selection(_ reader: TelemetryReader, now: UnixNanos) throws -> SpanSelection {
        let window = try window.window(since: "all", until: nil, now: now, zone: try timeZone.rules())
        return SpanSelection(
            window: window, service: spans.service, node: spans.node, name: spans.name,
            trace: try trace.map { try traceID($0, reader) })
    }

    private func traceID(_ typed: String, _ reader: TelemetryReader) throws -> TraceID {
        let prefix = try TraceIDPrefix(typed: typed)
        let (matches, notes) = try reader.traces(prefix: prefix.digits)
        guard let first = matches.listed.first else {
            throw prefix.absence("'traceq slowest --since 1d' lists ids", notes)
        }
        guard matches.count == 1 else { throw prefix.ambiguity(matches) }
        return first
    }
}
