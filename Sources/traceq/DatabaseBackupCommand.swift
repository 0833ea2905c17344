import ArgumentParser
import Telemetry

/// `traceq db backup`: a whole copy of a database, while a collector writes to it.
struct DatabaseBackupCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a database into a new file, also while a collector writes to it.",
        usage: "traceq db backup <file> <options>",
        discussion: """
            The copy has everything that was acknowledged before it began, and appears under its name when it is \
            whole. It never takes the place of another file.

            EXAMPLES
              traceq db backup /backup/telemetry-2026-08-21.db
              traceq db backup --db /srv/telemetry.db copy.db
            """)

    @Argument(
        help: ArgumentHelp("The new file; nothing may be there yet.", valueName: "file"),
        completion: .file())
    var file: String

    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let place = try common.place(in: context)
        guard !file.isEmpty else {
            throw CommandFailure(.usage, "the name of the copy is empty; name a file")
        }
        var bar = ProgressBar(
            title: "backup", unit: .bytes, width: context.diagnosticWidth, write: context.writeDiagnostic)
        Interruption.watch()
        let result = Result { () throws(StoreError) in
            try DatabaseBackup(of: place.path, to: file).run(
                shouldStop: { Interruption.isRequested },
                onProgress: { done, total in bar.update(done: done, total: total) })
        }
        bar.finish()
        Interruption.endWatch()
        do throws(StoreError) {
            // Without an outcome it was interrupted, and the signal has ended the program.
            guard let outcome = try result.get() else { return .usage }
            context.write(.backup(outcome), as: format, style: style)
            return .success
        } catch {
            throw place.failure(error)
        }
    }
}
