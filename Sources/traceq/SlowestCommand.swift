import ArgumentParser
import Telemetry

/// `traceq slowest`: the requests that took longest.
struct SlowestCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "slowest",
        abstract: "List the slowest requests of a window of time.",
        discussion: """
            EXAMPLES
              traceq slowest                                   of the last hour
              traceq slowest --since 7d --limit 50             of the last week
              traceq slowest --since yesterday --until today   of yesterday in UTC
              traceq slowest --service athens --node 'edge-*'  of a service on some nodes
              traceq slowest --name '/github.com/*' --min-duration 500ms

            A request is the outermost server span of a trace, or its root where there is none. A time is \
            \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many requests to list, 1 to 100000.", valueName: "count"))
    var limit = 20

    @OptionGroup var spans: SpanOptions

    @Option(
        name: .customLong("min-duration"),
        help: ArgumentHelp("Only those that took at least this long: 250ms, 1.5s.", valueName: "duration"))
    var minDuration: String?

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit is \(limit); it must lie between 1 and 100000")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = try query(now: context.now, zone: style.zone)
        let reader = try common.openReader(in: context)
        let result = try reader.slowest(query)
        var table = ResultTable.slowest(result, window: query.window, zone: style.zone)
        if result.rows.isEmpty {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone,
                notes: result.notes)
            let sentence = advice.sentence(try reader.info())
            if format.isForPeople {
                table.summary = [sentence]
            } else {
                table.notes.append(QualityNote(code: "empty_window", message: sentence))
            }
        }
        context.write(table, as: format, style: style)
        return .success
    }

    /// The options that were given and limit the requests.
    private var filters: [String] { spans.given + (minDuration == nil ? [] : ["--min-duration"]) }

    private func query(now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure) -> SlowestQuery {
        do {
            return SlowestQuery(
                window: try window.window(since: "1h", until: "now", now: now, zone: zone),
                limit: limit, service: spans.service, node: spans.node, name: spans.name,
                minDurationNanos: try minDuration.map(DurationExpression.parse) ?? 0, now: now)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }
}
