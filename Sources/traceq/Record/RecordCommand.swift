import ArgumentParser
import Glibc
import Telemetry

/// `traceq record`: runs a go command and stores its requests.
struct RecordCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Run a go command with -x and store its requests, as it runs.",
        usage: "traceq record <options> -- <command> ...",
        discussion: """
            The command's output is passed through, and its exit code is that of traceq record. Each request is a \
            client span with the times at which the go command wrote of it.

            EXAMPLES
              traceq record -- go mod download -x
              traceq record --to http://127.0.0.1:4318 -- go build -x ./...
            """)

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The command to run, behind --; go needs its -x.", valueName: "command"))
    var command: [String] = []

    @OptionGroup var database: DatabaseOption

    @Option(
        help: ArgumentHelp(
            "Send to a running collector (OTLP/HTTP) instead of writing to a file.", valueName: "url"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "What to call the machine on which it runs (default: its host name).", valueName: "name"))
    var node: String?

    @Flag(
        name: .customLong("no-redact"),
        help: "Store passwords in URLs and secret query values as they are. Otherwise: REDACTED.")
    var noRedact = false

    func validate() throws {
        if command.isEmpty {
            throw ValidationError(
                "no command is named: write it behind --, like traceq record -- go mod download -x")
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
        let target = try target(in: context)
        var random = SystemRandomNumberGenerator()
        let session = GoCommandSession(
            seed: (random.next(), random.next()), command: command.joined(separator: " "),
            node: node ?? ProcessEnvironment.hostName())
        let recording = Recording(session: session, deliver: target.deliver)
        var result: Result<ChildRun.Ending, ChildRun.StartError>
        do throws(ChildRun.StartError) {
            let ending = try ChildRun(command).run { bytes in
                context.passDiagnostic(bytes)
                recording.take(bytes, at: ProcessEnvironment.now())
            }
            result = .success(ending)
        } catch {
            result = .failure(error)
        }
        let summary = recording.finish(at: ProcessEnvironment.now())
        target.close(summary.spans > 0)
        switch result {
        case .failure(let error): throw CommandFailure(.usage, error.message)
        case .success(let ending):
            for line in remarks(summary) { context.writeDiagnostic("traceq: \(line)\n") }
            context.passExitCode(ending.exitCode)
            return .success
        }
    }

    private func remarks(_ summary: Recording.Summary) -> [String] {
        var remarks: [String] = []
        if summary.spans > 0 {
            remarks.append(
                "session \(summary.sessionID): \(HumanUnits.count(summary.spans, "request")) recorded")
        } else if summary.failure == nil {
            remarks.append(
                command.contains("-x")
                    ? "no request was made" : "no request was recorded: the go command tells of them with -x")
        }
        if let failure = summary.failure {
            remarks.append("\(HumanUnits.count(summary.lost, "request")) not recorded: \(failure)")
        }
        return remarks
    }

    /// Where the spans go.
    private struct Target {
        var deliver: @Sendable (ImportRecord) async -> ImportRun.Delivery
        /// - Parameter hasRecorded: whether there was anything
        var close: (_ hasRecorded: Bool) -> Void
    }

    private func target(in context: CommandContext) throws -> Target {
        @Sendable func turn(_ record: ImportRecord) -> RequestTurn {
            // One after another: none has to wait for another.
            RequestTurn(order: RequestOrder(), index: 0, skipsBad: true)
        }
        if let to {
            let delivery = try CollectorDelivery(url: to)
            return Target(deliver: { await delivery.deliver($0, turn($0)) }, close: { _ in })
        }
        let place = try database.place(in: context)
        let isNew = FileIdentity(place.path) == nil
        let store: TelemetryStore
        do {
            store = try TelemetryStore.open(path: place.path)
        } catch {
            throw place.writingFailure(error, instead: "send to it: traceq record --to")
        }
        let delivery = StoreDelivery(
            store: store, redactor: Redactor(noRedact ? .none : Redaction()),
            now: { ProcessEnvironment.now() })
        return Target(deliver: { await delivery.deliver($0, turn($0)) }) { hasRecorded in
            BlockingTask.run { await store.close() }
            if isNew, !hasRecorded { DatabaseFiles(path: place.path).remove() }
        }
    }
}
