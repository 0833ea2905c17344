import ArgumentParser
import Telemetry

/// `traceq db verify`: whether everything in a database can be read and agrees with itself.
struct DatabaseVerifyCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read all of a database and list what is damaged.",
        usage: "traceq db verify <options>",
        discussion: """
            Checks SQLite's pages, every checksum, that all parts decode and agree with the catalogue, and that \
            every reference leads somewhere. Works beside a running collector. Exit code 0 without damage, else 3.

            EXAMPLES
              traceq db verify
              traceq db verify --db /backup/telemetry.db --format json
            """)

    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let place = try common.place(in: context)
        var bar = ProgressBar(
            title: "verify", unit: .things("spans"), width: context.diagnosticWidth,
            write: context.writeDiagnostic)
        let report: VerificationReport
        do {
            let verification = try DatabaseVerification(path: place.path) { progress in
                switch progress.phase {
                case .pages: bar.update(done: 0, total: 0, detail: "pages")
                case .journal: bar.update(done: 0, total: 0, detail: "journal row \(progress.done)")
                case .segments: bar.update(done: progress.done, total: progress.total)
                }
            }
            report = try verification.run()
        } catch {
            bar.finish()
            throw place.failure(error)
        }
        bar.finish()
        context.write(.verification(report, zone: style.zone), as: format, style: style)
        return report.isDamaged ? .database : .success
    }
}
