import ArgumentParser
import Telemetry

/// `traceq lag`: what lags where.
struct LagCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "lag",
        abstract:
            "Show what lags: telemetry, clocks, heartbeats, edges, new versions and more, node by node.",
        discussion: """
            EXAMPLES
              traceq lag                               every kind, of the last hour
              traceq lag --only visibility --since 6h  who had new versions how late
              traceq lag --only skew --region 'cn-*'   whose clock is wrong

            arrival: from a span's end to its arrival (p95). skew: how far the node's clock is ahead. heartbeat: how \
            long nothing came. edge: what an edge adds to the time of its proxy (p95). visibility: how long after its \
            publication a new version could be had; "≤" where no refusal says that it took as long. list: how long a \
            shorter list of versions was given out than another node had. age: beyond what caches may keep. sync, \
            config, serial: what nodes say themselves. queue: for a worker of the proxy (p95).

            These are different things, and no number adds them up. Late telemetry is not slow: no column has it but \
            arrival. Where clocks are known to be wrong, times are corrected by them, and a note says so.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @OptionGroup var nodes: NodeOptions

    @Option(help: "Only this kind of lag, with all that is known of it.")
    var only: LagMeasure?

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many rows to show, 1 to 100000.", valueName: "count"))
    var limit = 50

    func validate() throws {
        try RowLimit.validate(limit, in: 1...100_000)
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = FleetLagQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            filter: nodes.filter, now: context.now)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.fleetLag(query)
        var table = ResultTable.lag(result, query, only: only, limit: limit, zone: style.zone)
        if result.nodes.isEmpty {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: result.hasOthers ? nodes.given : [], now: context.now,
                zone: style.zone, noun: "node", notes: table.notes)
            table.explainEmptiness(try advice.sentence(reader, nodes.names, among: .nodes), format)
        } else if table.rowCount == 0, let sentence = table.summary.first {
            table.explainEmptiness(sentence, format)
        }
        context.write(table, as: format, style: style)
        return .success
    }
}

extension LagMeasure: ExpressibleByArgument {}
