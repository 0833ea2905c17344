import ArgumentParser
import Telemetry

/// Which database a command is about.
struct DatabaseOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The database file (default: TRACEQ_DB, else the collector's default).", valueName: "path"),
        completion: .file(extensions: ["db"]))
    var db: String?

    /// Where the database is.
    ///
    /// - Throws: `CommandFailure` when that cannot be the place of one.
    func place(in context: CommandContext) throws(CommandFailure) -> DatabasePlace {
        let place = DatabasePlace(option: db, environment: context.environment, isRoot: context.isRoot)
        guard !place.path.isEmpty else {
            throw CommandFailure(.usage, "--db names no file; give the path of a database")
        }
        if let failure = place.failureOfKind { throw failure }
        return place
    }
}
