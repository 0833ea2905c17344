import Glibc
import Telemetry

/// The database that a command reads, and who said so.
struct DatabasePlace: Hashable {
    enum Origin: Hashable {
        case option
        case environment
        case standard
    }

    let path: String
    let origin: Origin

    init(option: String?, environment: [String: String], isRoot: Bool) {
        if let option {
            (path, origin) = (option, .option)
        } else if let variable = environment["TRACEQ_DB"], !variable.isEmpty {
            (path, origin) = (variable, .environment)
        } else {
            (path, origin) = (defaultDatabasePath(environment: environment, isRoot: isRoot), .standard)
        }
    }

    /// The failure when the path leads to something that is no file: opening a pipe would wait for ever.
    var failureOfKind: CommandFailure? {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG else { return nil }
        return CommandFailure(
            .database, "\(DisplayText.escaped(path)) is not a file; name a database with --db or TRACEQ_DB")
    }

    /// A failure of the store in words that say what to do next.
    func failure(_ error: StoreError) -> CommandFailure {
        guard error.code == .missing else {
            return CommandFailure(CommandStatus(error), DisplayText.escaped(error.message))
        }
        let shown = DisplayText.escaped(path)
        switch origin {
        case .standard:
            return CommandFailure(
                .database,
                "no database at \(shown), the default place; start the collector (traceq-collector) and send it "
                    + "telemetry, or name a database with --db")
        case .option, .environment:
            let source = origin == .option ? "--db" : "TRACEQ_DB"
            return CommandFailure(
                .database,
                "no database at \(shown), which \(source) names; start the collector "
                    + "(traceq-collector --db \(shown)) and send it telemetry, or correct \(source)")
        }
    }

    /// The same of one that is to be written to.
    ///
    /// - Parameter advice: what to do instead while a collector has it, up to the collector's address; nil when nothing
    ///   but stopping it helps
    func writingFailure(_ error: StoreError, instead advice: String?) -> CommandFailure {
        guard error.code == .inUse else { return failure(error) }
        return CommandFailure(
            .database,
            "\(DisplayText.escaped(path)) is held by a collector that runs; "
                + (advice.map { "\($0) http://127.0.0.1:4318 …, or where its --listen-http says" }
                    ?? "stop it for that moment, or name another file with --db"))
    }
}
