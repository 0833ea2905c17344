import ArgumentParser
import Telemetry

/// `traceq compare`: groups of requests, or two windows, side by side.
struct CompareCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract:
            "Compare mirrors, nodes, regions, versions or two windows: is the difference more than chance?",
        discussion: """
            EXAMPLES
              traceq compare --by mirror --baseline proxy.golang.org
              traceq compare --by region --since 1d           which region is slow
              traceq compare --by service_version --kind zip  an update of a proxy
              traceq compare --by encoding --baseline none    what compression costs
              traceq compare --since 1h --baseline-since 2h   with the hour before
              traceq compare --by node --since today --baseline-since yesterday

            Groups are made by \(ComparisonKey.names.joined(separator: ", ")), or an attribute. \
            Improvement is (b - x) / b of the mean times. A difference that may be chance, as the 95 % interval holds \
            0, is "not distinguishable". By mirror what is counted is a session: what one client asked for without a \
            pause above 15 s, from the first request to the last answer. Otherwise it is a request. The go command's \
            probing and requests that the client gave up are left out.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(help: ArgumentHelp("What makes the groups.", valueName: "key"))
    var by: String?

    @Option(
        help: ArgumentHelp(
            "The group that the others are compared with (default: the largest).", valueName: "value"))
    var baseline: String?

    @OptionGroup var earlier: BaselineOptions

    @Option(help: "What is counted: requests, fetches of a version, or sessions of a client.")
    var unit: ComparisonUnit?

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many groups to show, 1 to 10000.", valueName: "count"))
    var limit = 20

    @OptionGroup var requests: RequestOptions

    func validate() throws {
        try RowLimit.validate(limit, in: 1...10_000)
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = try query(now: context.now, zone: style.zone)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.compare(query)
        if let names = result.namesWithoutBaseline, let baseline {
            throw Self.noBaseline(baseline, among: names, query.key)
        }
        var table = ResultTable.comparison(result, query, zone: style.zone)
        if table.rowCount == 0 {
            if result.unnamed > 0, case .dimension(.attribute(let key)) = query.key {
                table.notes += try UnknownKeyAdvice.notes(on: key, in: query.window, reader)
            }
            table.explainEmptiness(try emptiness(result, query, table.notes, reader, context, style), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    private func query(now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure) -> FleetComparisonQuery {
        let window = try window.window(since: "1h", until: "now", now: now, zone: zone)
        let baselineWindow = try earlier.window(before: window, now: now, zone: zone)
        guard by != nil || baselineWindow != nil else {
            throw CommandFailure(
                .usage,
                "nothing to compare: give --by, such as --by region, or an earlier window, such as "
                    + "--baseline-since 2h")
        }
        guard baseline == nil || baselineWindow == nil else {
            throw CommandFailure(
                .usage, "--baseline names a group and --baseline-since a window; give one of them")
        }
        guard baseline == nil || by != nil else {
            throw CommandFailure(.usage, "--baseline names a group, and there are none without --by")
        }
        let key = by.map { ComparisonKey(trimmingSpaces($0)) } ?? .dimension(.all)
        let useless: [SpanKey] = [.attribute(""), .duration, .traceID]
        guard !useless.contains(where: { key == .dimension(.attribute($0)) }), by != "all" else {
            throw CommandFailure(
                .usage,
                "--by '\(DisplayText.escaped(by ?? ""))' makes no groups; there are "
                    + ComparisonKey.names.joined(separator: ", ") + ", and attributes")
        }
        return FleetComparisonQuery(
            window: window, baselineWindow: baselineWindow,
            filter: try requests.filter(), key: key,
            unit: unit ?? (key == .host ? .session : .request), baseline: baseline, limit: limit)
    }

    private static func noBaseline(
        _ baseline: String, among names: [String], _ key: ComparisonKey
    ) -> CommandFailure {
        let shown = names.prefix(10).map { DisplayText.escaped($0) }.joined(separator: ", ")
        let rest = names.count > 10 ? " and \(names.count - 10) more" : ""
        // Of nodes that share the name, none was meant more than the others.
        let isShared = names.contains { $0.hasPrefix(baseline + " (") }
        return CommandFailure(
            .usage,
            "no requests of the window have the \(DisplayText.escaped(key.text)) "
                + "'\(DisplayText.escaped(baseline))'"
                + (isShared ? "" : Suggestion.sentence(baseline, among: names))
                + "; there are \(shown)\(rest)")
    }

    private func emptiness(
        _ result: FleetComparisonResult, _ query: FleetComparisonQuery, _ notes: [QualityNote],
        _ reader: TelemetryReader, _ context: CommandContext, _ style: RenderStyle
    ) throws -> String {
        if result.unnamed > 0, query.key == .encoding {
            return
                "no node of the window says how its responses are encoded; docs/exporters.md tells how they can "
                + "send the header content-encoding"
        }
        if result.unnamed > 0 {
            let key = DisplayText.escaped(query.key.text)
            guard !ComparisonKey.names.contains(query.key.text) else {
                return
                    "no request of the window says its \(key): docs/exporters.md tells how nodes can say it"
            }
            return "no request of the window has '\(key)'"
                + Suggestion.sentence(query.key.text, among: ComparisonKey.names) + ": --by takes "
                + ComparisonKey.names.joined(separator: ", ")
                + ", or an attribute that requests have, as 'traceq stats' knows them"
        }
        if result.withoutClient > 0, query.unit != .request {
            return
                "of none of the \(HumanUnits.count(result.withoutClient, "request")) in the window it is known who asked, "
                + "so that there is no \(query.unit.rawValue): --unit request compares them one by one"
        }
        let filters =
            requests.given
        return try EmptyWindowAdvice(
            window: query.window, filters: filters, now: context.now, zone: style.zone,
            noun: "module request", notes: notes
        ).sentence(reader, query.filter, among: .moduleRequests)
    }
}

extension ComparisonUnit: ExpressibleByArgument {}
