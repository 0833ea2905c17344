import ArgumentParser
import Configuration
import Telemetry

/// What every command accepts.
struct CommonOptions: ParsableArguments {
    @OptionGroup var database: DatabaseOption

    @OptionGroup var output: OutputOptions

    /// - Throws: `CommandFailure` for a TRACEQ_FORMAT that is no format.
    func resolvedFormat(in context: CommandContext) throws(CommandFailure) -> OutputFormat {
        try output.resolvedFormat(in: context)
    }

    /// - Throws: `CommandFailure` for a zone that does not exist.
    func style(in context: CommandContext) throws(CommandFailure) -> RenderStyle {
        try output.style(in: context)
    }

    /// Where the database is.
    ///
    /// - Throws: `CommandFailure` when that cannot be the place of one.
    func place(in context: CommandContext) throws(CommandFailure) -> DatabasePlace {
        try database.place(in: context)
    }

    /// See `DatabaseOption`.
    /// - Throws: `CommandFailure`
    func openFleetReader(in context: CommandContext) throws(CommandFailure) -> TelemetryReader {
        try database.openFleetReader(in: context)
    }

    /// See `DatabaseOption`.
    /// - Throws: `CommandFailure`
    func openReader(in context: CommandContext) throws(CommandFailure) -> TelemetryReader {
        try database.openReader(in: context)
    }
}

extension DatabaseOption {
    /// Opens the database for questions about module requests: with what is known of mirrors.
    /// - Throws: `CommandFailure`, with everything that is wrong with the file that says it
    func openFleetReader(in context: CommandContext) throws(CommandFailure) -> TelemetryReader {
        let reader = try openReader(in: context)
        if let path = ModuleFileOptions.standardPlace("mirrors.yaml", context) {
            reader.mirrors = try ModuleFileOptions.read(path) { (path) throws(ConfigProblems) in
                try MirrorsFile.read(path)
            }
        }
        return reader
    }

    /// Opens the database for reading.
    /// - Throws: `CommandFailure` with what to do
    func openReader(in context: CommandContext) throws(CommandFailure) -> TelemetryReader {
        let place = try place(in: context)
        do {
            return try TelemetryReader(path: place.path)
        } catch {
            throw place.failure(error)
        }
    }
}
