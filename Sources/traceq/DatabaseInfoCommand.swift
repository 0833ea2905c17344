import ArgumentParser
import Telemetry

/// `traceq db info`: what a database holds and how large it is.
struct DatabaseInfoCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show how much a database holds, of which time, and how large it is.",
        usage: "traceq db info <options>",
        discussion: """
            EXAMPLES
              traceq db info
              traceq db info --db /srv/telemetry.db --format json
            """)

    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let info = try common.openReader(in: context).info()
        var table = ResultTable.databaseInfo(info)
        if format.isForPeople, info.minTime != nil { table.summary = ["times are \(style.zone.label)"] }
        context.write(table, as: format, style: style)
        return .success
    }
}
