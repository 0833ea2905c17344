import ArgumentParser
import Telemetry

/// `traceq stats`: counts, errors and durations of spans in groups.
struct StatsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Count spans, errors and durations, by anything that spans have.",
        discussion: """
            EXAMPLES
              traceq stats --by node                             of the last hour
              traceq stats --by service,http.route --sort p99    and by an attribute
              traceq stats --by module --where status=error --since all
              traceq stats --by node --per 1m --ratio cache_result=hit
              traceq stats --where 'url.path~/raft/' --where 'duration>250ms'
              traceq stats --by node --since 30d --approximate   from rollups, within 1 %

            Keys are \(SpanKey.builtIn.map(\.name).joined(separator: ", ")), attributes like http.route, and \
            attributes of the resource like resource.service.version. attr.NAME is always an attribute.
            Conditions are \(SpanPredicate.grammar); with = and != a * stands for any text. Spans without the \
            key pass none. A time is \(TimeExpression.grammar), or "all" with --since.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "What to group by: keys, separated by commas (default: one group).", valueName: "keys"))
    var by: [String] = []

    @Option(
        help: ArgumentHelp("Also group by time, in periods so long: 1m, 15m, 1h, 1d.", valueName: "duration"))
    var per: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Only spans for which this holds; may be repeated.", valueName: "condition"))
    var conditions: [String] = []

    @Option(
        help: ArgumentHelp(
            "Also show for which part of the spans that have the key this holds: cache_result=hit.",
            valueName: "condition"))
    var ratio: String?

    @OptionGroup var window: WindowOptions

    @OptionGroup var spans: SpanOptions

    @Option(help: "What to sort by, highest first; key is upwards (default: count, with --per key).")
    var sort: StatsOrder?

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many groups to show, 1 to 1000000.", valueName: "count"))
    var limit = 100

    @Flag(
        help: ArgumentHelp(
            "Whether quantiles are exact, which is the default, or come from the rollups' sketches where these "
                + "can answer: faster, and within 1 %."))
    var precision = Precision.exact

    enum Precision: String, EnumerableFlag {
        case exact
        case approximate
    }

    func validate() throws {
        try RowLimit.validate(limit, in: 1...1_000_000)
        guard sort != .ratio || ratio != nil else {
            throw ValidationError(
                "--sort ratio needs a ratio to sort by; add one, as in --ratio cache_result=hit")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = try query(now: context.now, zone: style.zone)
        let reader = try common.openReader(in: context)
        var result = try reader.stats(query)
        let unknown = UnknownKeyAdvice.notes(result)
        let isOfNothing =
            !query.keys.isEmpty && query.keys.allSatisfy(result.unknownKeys.contains)
        // What no span has makes no groups.
        if isOfNothing { result.groups = [] }
        var table = ResultTable.stats(result, query, ratioTitle: ratio, zone: style.zone)
        if isOfNothing {
            table.explainEmptiness(unknown, format)
        } else {
            table.notes += unknown
        }
        if !isOfNothing, result.groups.isEmpty {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone, noun: "span",
                notes: result.notes)
            table.explainEmptiness(try advice.sentence(reader, spans.names, among: .spans), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    /// The options that were given and limit the spans.
    private var filters: [String] { spans.given + (conditions.isEmpty ? [] : ["--where"]) }

    private func query(now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure) -> StatsQuery {
        do {
            let window = try window.window(since: "1h", until: "now", now: now, zone: zone)
            var predicates = try conditions.map { try SpanPredicate(parsing: $0) }
            for (key, value) in [(SpanKey.service, spans.service), (.node, spans.node)] {
                if let value, let test = ValueTest(.equal, value) {
                    predicates.append(SpanPredicate(key, test))
                }
            }
            return StatsQuery(
                window: window, keys: try keys(), predicates: predicates, name: spans.name,
                ratio: try ratio.map { try SpanPredicate(parsing: $0) },
                order: sort ?? (per == nil ? .count : .key), limit: limit,
                isApproximate: precision == .approximate, now: now)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }

    /// Time comes first: a table by time is read downwards.
    private func keys() throws -> [SpanKey] {
        var keys: [SpanKey] = []
        if let per {
            let nanos = try DurationExpression.parse(per)
            guard nanos > 0 else {
                throw CommandFailure(.usage, "--per is \(per); it must be longer than nothing")
            }
            keys.append(.period(nanos))
        }
        for text in by.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let key = SpanKey(trimmingSpaces(String(text)))
            guard key != .attribute("") else {
                throw CommandFailure(.usage, "--by names an empty key; give keys separated by single commas")
            }
            guard key != .duration else {
                throw CommandFailure(
                    .usage, "spans cannot be grouped by duration; --where 'duration>250ms' filters by it")
            }
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }
}

extension StatsOrder: ExpressibleByArgument {}
