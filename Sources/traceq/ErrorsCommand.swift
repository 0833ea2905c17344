import ArgumentParser
import Telemetry

/// `traceq errors`: what went wrong with module requests, by cause.
struct ErrorsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Group the errors of module requests by their causes.",
        discussion: """
            EXAMPLES
              traceq errors                             of the last hour
              traceq errors --since 1d --limit 5        the most frequent of a day
              traceq errors --kind zip --region 'eu-*'  of zips in some regions
              traceq errors --upstream example.com --json

            Errors of one cause have the same outcome, status, kind of request and message, and come from one node or \
            one host of modules where these have more of them than their part of all requests explains. WHERE is the \
            innermost node that failed, and the host. Failures come first, then refusals: answers like "not found" \
            for which nobody need be at fault. The go command's probing and requests that the client gave up are \
            neither. EXAMPLE is the trace of the last one.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many causes to list, 1 to 100000.", valueName: "count"))
    var limit = 20

    @OptionGroup var requests: RequestOptions

    func validate() throws {
        try RowLimit.validate(limit, in: 1...100_000)
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = FleetErrorsQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            filter: try requests.filter(), limit: limit)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.errors(query)
        var table = ResultTable.errors(result, query, zone: style.zone)
        if result.requests == 0, result.behindLostEdges == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone,
                noun: "module request", notes: table.notes)
            table.explainEmptiness(try advice.sentence(reader, query.filter, among: .moduleRequests), format)
        } else if table.rowCount == 0 {
            table.explainEmptiness(ResultTable.noErrors(result), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    private var filters: [String] {
        requests.given
    }
}
