import ArgumentParser
import Telemetry

/// `traceq incidents`: what went wrong, and who is to blame.
struct IncidentsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Say what went wrong, and who is to blame.",
        discussion: """
            EXAMPLES
              traceq incidents                          of the last hour
              traceq incidents --since 6h --json        of a morning, for scripts

            Module requests are slow, fail or miss now and then. An incident is where they do so far more often than \
            before and than others like them, beyond chance. Named is who explains most of it: an upstream, a node, a \
            way between two, a version of a service, a region. What follows from something else stands below it (└).

            Ends with exit code 2 when there is an incident.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        help: ArgumentHelp(
            "How long before the window tells what is normal: a duration as '24h', or 0 for nothing.",
            valueName: "duration"))
    var baseline = "24h"

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = IncidentQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            baselineNanos: baseline == "0" ? 0 : try DurationExpression.parse(baseline), now: context.now)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.incidents(query)
        var table = ResultTable.incidents(result, query, zone: style.zone)
        if result.requests == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: [], now: context.now, zone: style.zone,
                noun: "module request", notes: table.notes)
            table.explainEmptiness(advice.sentence(try reader.info()), format)
        } else if table.rowCount == 0 {
            table.explainEmptiness(ResultTable.noIncidents(result), format)
        }
        context.write(table, as: format, style: style)
        return result.incidents.isEmpty ? .success : .conditionFound
    }
}
