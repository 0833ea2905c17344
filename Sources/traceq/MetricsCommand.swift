import ArgumentParser
import Telemetry

/// `traceq metrics`: which metrics there are, and the points of one.
struct MetricsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "List the metrics that are stored, or show the points of one.",
        discussion: """
            EXAMPLES
              traceq metrics --list                 all metrics
              traceq metrics go.proxy.queue.length  its points of the last hour
              traceq metrics disk.free --where 'device~sda' --since 1d
              traceq metrics cache.hits --where node=edge-1 --format csv

            Conditions are \(SpanPredicate.grammar); with = and != a * stands for any text. Keys are service, \
            node, scope, value (of histograms the sum), attributes of the points like device, and attributes of the \
            resource like resource.host.name. attr.NAME is always an attribute. Points without the key pass none. \
            Of points of one series and time, the one that came last is shown.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The metric whose points to show.", valueName: "name"))
    var name: String?

    @Flag(help: "List all metrics.")
    var list = false

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Only points for which this holds; may be repeated.", valueName: "condition"))
    var conditions: [String] = []

    @OptionGroup var window: WindowOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp(
            "How many points to show at the most, the newest: 1 to 1000000.", valueName: "count"))
    var limit = 1_000

    func validate() throws {
        try RowLimit.validate(limit, in: 1...1_000_000)
        guard list != (name != nil) else {
            throw ValidationError(
                list
                    ? "--list and a name exclude each other; give one"
                    : "name a metric, or give --list for all")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        guard let name else {
            let (metrics, notes) = try common.openReader(in: context).metrics()
            var table = ResultTable.metrics(metrics, notes: notes)
            if metrics.isEmpty { tell(Self.nothingStored, in: &table, format) }
            context.write(table, as: format, style: style)
            return .success
        }
        let query = try query(name, now: context.now, zone: style.zone)
        let reader = try common.openReader(in: context)
        let result = try reader.points(query)
        var table = ResultTable.points(result, query, zone: style.zone)
        if result.points.isEmpty {
            let known = try reader.metrics().metrics.map(\.name)
            guard known.contains(name) else {
                throw CommandFailure(.usage, UnknownMetricAdvice(name: name, known: known).sentence)
            }
            tell(emptyAdvice(name), in: &table, format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    private static let nothingStored = "no metrics: \(UnknownMetricAdvice.nothingStored)"

    private func emptyAdvice(_ name: String) -> String {
        let shown = DisplayText.escaped(name)
        return conditions.isEmpty
            ? "no points of '\(shown)' in the window: try a longer --since"
            : "no points of '\(shown)' in the window fit --where: leave one out, or try a longer --since"
    }

    private func tell(_ sentence: String, in table: inout ResultTable, _ format: OutputFormat) {
        if format.isForPeople {
            table.summary = [sentence]
        } else {
            table.notes.append(QualityNote(code: "empty_window", message: sentence))
        }
    }

    private func query(_ name: String, now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure)
        -> MetricsQuery
    {
        do {
            return MetricsQuery(
                name: name, window: try window.window(since: "1h", until: "now", now: now, zone: zone),
                predicates: try conditions.map { try PointPredicate(parsing: $0) }, limit: limit)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }
}
