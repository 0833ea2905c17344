import ArgumentParser
import NIOConcurrencyHelpers
import Telemetry

/// `traceq import`: brings what files hold into a database.
struct ImportCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring telemetry, logs of the go command and publication times from files into a database.",
        usage: "traceq import [gox | index] <file> ... <options>",
        discussion: """
            Reads OTLP/JSON (one document, or a request a line) and OTLP protobuf (one request, or many with or \
            without their lengths: what the file exporter of the OpenTelemetry Collector writes), plain or \
            compressed with gzip or zstd. What a file holds is told from its first bytes. Importing a file again \
            stores nothing twice. With the word gox before the files, reads what the go command writes with -x; with \
            index, the feed of a module index (index.golang.org): when versions were published.

            EXAMPLES
              traceq import traces.jsonl                   into the default database
              traceq import --db new.db *.otlp.zst         into a new one
              zcat old/*.gz | traceq import -              from a pipe
              traceq import --to http://127.0.0.1:4318 traces.jsonl
              traceq import gox build.log                  the requests of a go command
              traceq import index index.jsonl              when versions were published
            """)

    @Argument(help: ArgumentHelp("Files to read; - is standard input.", valueName: "file"))
    var files: [String]

    @OptionGroup var database: DatabaseOption

    @Option(
        help: ArgumentHelp(
            "Send to a running collector (OTLP/HTTP) instead of writing to a file.", valueName: "url"))
    var to: String?

    @Option(
        help: "What the files hold: auto (by their first bytes), otlp-json, otlp for protobuf, gox, or index."
    )
    var format = ImportFormat.auto

    @Option(
        help: ArgumentHelp(
            "When the logs of gox end (default: the file's last change; of standard input now).",
            valueName: "time"))
    var ended: String?

    @Option(help: ArgumentHelp("On which machine the logs of gox were written.", valueName: "name"))
    var node: String?

    @Flag(name: .customLong("skip-bad"), help: "Go on after a request that cannot be read.")
    var skipBad = false

    @Flag(
        name: .customLong("no-redact"),
        help: "Store passwords in URLs and secret query values as they are. Otherwise: REDACTED.")
    var noRedact = false

    @Flag(help: "Report what was imported as a JSON document.")
    var json = false

    /// A word before the files says what they hold; a file that is called so is `./gox`.
    mutating func validate() throws {
        if format == .auto, let word = files.first,
            let named = ImportFormat.words.first(where: { $0.rawValue == word })
        {
            format = named
            files.removeFirst()
        }
        if files.isEmpty { throw ValidationError("no file is named; - is standard input") }
        if format != .gox, ended != nil || node != nil {
            throw ValidationError("--ended and --node are for logs of the go command: traceq import gox")
        }
        if format == .index, to != nil || noRedact {
            throw ValidationError(
                "an index goes into a database file, as it is: leave out --to and --no-redact")
        }
        if files.filter({ $0 == "-" }).count > 1 {
            throw ValidationError("standard input can be read once only; name - once")
        }
        if to != nil, database.db != nil {
            throw ValidationError("--to and --db exclude each other; give one")
        }
        if to != nil, noRedact {
            throw ValidationError(
                "--no-redact is for files; with --to the collector's configuration says what it redacts")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        // All files are opened first: a name that is wrong should not be found after an hour of work.
        var sources: [ImportSource] = []
        for file in files { sources.append(try ImportSource(path: file)) }
        if format == .index {
            let place = try database.place(in: context)
            return try IndexImport(place: place, skipsBad: skipBad).run(sources, asJSON: json, in: context)
        }
        let end = try logEnd(in: context)
        if let to {
            let delivery = try CollectorDelivery(url: to)
            let result = run(sources, end: end, in: context) { await delivery.deliver($0, $1) }
            return try report(result, in: context)
        }
        let place = try database.place(in: context)
        let isNew = FileIdentity(place.path) == nil
        // Spans that were stored before in other requests are found when they are sealed.
        let known = NIOLockedValueBox(0)
        let store = try openStore(place) { event in
            guard event.name == "store.duplicates" else { return }
            let spans = event.fields.first { $0.key == "spans" }.flatMap { Int($0.value) }
            known.withLockedValue { $0 += spans ?? 0 }
        }
        @Sendable func seal() -> Int {
            BlockingTask.run { await store.sealNow() }
            return known.withLockedValue { known in
                defer { known = 0 }
                return known
            }
        }
        // What an earlier process left unsealed is none of these files'.
        _ = seal()
        let delivery = StoreDelivery(
            store: store, redactor: Redactor(noRedact ? .none : Redaction()),
            now: { ProcessEnvironment.now() })
        let result = run(sources, end: end, in: context, seal: seal) { await delivery.deliver($0, $1) }
        BlockingTask.run { await store.close() }
        if isNew, !result.hasImported { DatabaseFiles(path: place.path).remove() }
        return try report(result, in: context)
    }

    /// What `--ended` says.
    private func logEnd(in context: CommandContext) throws(CommandFailure) -> UnixNanos? {
        guard let ended else { return nil }
        do {
            return try TimeExpression(parsing: ended).resolve(now: context.now, zone: .utc)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }

    private func openStore(
        _ place: DatabasePlace, onEvent: @escaping @Sendable (StoreEvent) -> Void
    ) throws(CommandFailure) -> TelemetryStore {
        do {
            return try TelemetryStore.open(path: place.path, onEvent: onEvent)
        } catch {
            throw place.writingFailure(error, instead: "send the files to it: traceq import --to")
        }
    }

    private func reader(
        of source: ImportSource, end: UnixNanos?, in context: CommandContext
    ) -> any RecordSource {
        guard format == .gox else { return RecordReader(source, format: format) }
        return GoLogReader(source, end: end ?? source.modified ?? context.now, node: node)
    }

    // MARK: Running

    /// What became of all files that were begun.
    private struct Outcome {
        var rows: [ImportReport.Row] = []
        var stop: ImportRun.Stop?
        var nanos: Int64 = 0
        /// Spans of new requests that were there already.
        var knownSpans = 0

        /// Whether anything came into the database or was there already.
        var hasImported: Bool { rows.contains { $0.counts.taken > 0 } }
    }

    private func run(
        _ sources: [ImportSource], end: UnixNanos?, in context: CommandContext, seal: () -> Int = { 0 },
        deliver: @escaping @Sendable (ImportRecord, RequestTurn) async -> ImportRun.Delivery
    ) -> Outcome {
        var outcome = Outcome()
        let started = ProcessEnvironment.monotonicNanos()
        let total = sources.compactMap(\.size).reduce(0, +)
        let isSizeKnown = sources.allSatisfy { $0.size != nil }
        var bar = ProgressBar(
            title: "import", unit: .bytes, width: context.diagnosticWidth, write: context.writeDiagnostic)
        var itemsBefore = ImportCounts()
        var bytesBefore = 0
        for source in sources {
            let reader = reader(of: source, end: end, in: context)
            let run = ImportRun(skipsBad: skipBad, deliver: deliver) { counts in
                var items = itemsBefore
                items += counts
                let seconds = Double(max(1, ProcessEnvironment.monotonicNanos() - started)) / 1e9
                bar.update(
                    done: Int64(bytesBefore + source.bytesRead), total: isSizeKnown ? Int64(total) : 0,
                    detail: "\(items.words(\.all)), "
                        + "\(HumanUnits.count(Int64(Double(items.all) / seconds)))/s")
            }
            var (state, stop) = run.run(reader)
            let known = min(seal(), state.counts[.traces].stored)
            state.counts[.traces].stored -= known
            state.counts[.traces].known += known
            outcome.knownSpans += known
            bar.finish()
            itemsBefore += state.counts
            bytesBefore += source.bytesRead
            outcome.rows.append(
                ImportReport.Row(file: source.name, framing: reader.framing, counts: state.counts))
            for remark in (reader as? GoLogReader)?.remarks ?? [] {
                context.writeDiagnostic("traceq: \(source.name): \(remark)\n")
            }
            complain(state, of: source, stop, in: context)
            outcome.stop = stop
            if stop != nil { break }
        }
        outcome.nanos = ProcessEnvironment.monotonicNanos() - started
        return outcome
    }

    private func complain(
        _ state: ImportRun.State, of source: ImportSource, _ stop: ImportRun.Stop?, in context: CommandContext
    ) {
        if let reason = state.refusalReason {
            let refused = state.counts.words(\.refused)
            context.writeDiagnostic(
                "traceq: \(source.name): \(refused) refused: \(DisplayText.escaped(reason))\n")
        }
        for content in RequestContent.allCases {
            guard let requests = state.empty[content], content != .noSpans || state.counts.all == 0 else {
                continue
            }
            context.writeDiagnostic("traceq: \(source.name) \(content.words(requests))\n")
        }
        if state.counts.requests == 0, stop == nil {
            context.writeDiagnostic("traceq: \(source.name) is empty\n")
        }
        guard skipBad else { return }
        for error in state.bad { context.writeDiagnostic("traceq: skipped: \(Self.words(error, source))\n") }
        let unlisted = state.counts.badRequests - state.bad.count
        if unlisted > 0 {
            context.writeDiagnostic(
                "traceq: skipped: \(HumanUnits.count(unlisted, "more request")) of \(source.name)\n")
        }
    }

    /// `traces.jsonl: request 3 at byte 1,024: what is wrong`.
    private static func words(_ error: ImportError, _ source: ImportSource) -> String {
        guard let record = error.record else {
            return "\(source.name): \(DisplayText.escaped(error.message))"
        }
        return "\(source.name): request \(HumanUnits.count(Int64(record))) at byte "
            + "\(HumanUnits.count(Int64(error.offset))): \(DisplayText.escaped(error.message))"
    }

    // MARK: Reporting

    private func report(_ outcome: Outcome, in context: CommandContext) throws -> CommandStatus {
        let report = ImportReport(
            rows: outcome.rows, nanos: outcome.nanos, knownSpans: outcome.knownSpans)
        let style = RenderStyle(colour: false, width: context.terminalWidth, zone: .utc)
        context.write(report.table, as: json ? .json : .table, style: style)
        guard let stop = outcome.stop else {
            guard outcome.hasImported else { throw CommandFailure(.usage, "nothing was imported") }
            return .success
        }
        let imported = "\(report.total.words(\.stored)) of what came before it are stored"
        switch stop {
        case .bad(let error):
            let name = outcome.rows.last?.file ?? ""
            let place = error.record.map {
                ": request \(HumanUnits.count(Int64($0))) at byte \(HumanUnits.count(Int64(error.offset)))"
            }
            let goOn = error.isLocal ? "; --skip-bad goes on after it" : ""
            throw CommandFailure(
                .usage, "\(name)\(place ?? ""): \(DisplayText.escaped(error.message)) (\(imported)\(goOn))")
        case .failed(let failure):
            throw CommandFailure(failure.status, "\(failure.message) (\(imported); import again to go on)")
        }
    }
}
