import ArgumentParser
import Telemetry

/// `traceq critical-path`: what requests waited for, and what changed.
struct CriticalPathCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "critical-path",
        abstract: "Add up what module requests waited for, and what changed since an earlier window.",
        discussion: """
            EXAMPLES
              traceq critical-path                           of the last hour
              traceq critical-path --by stage --kind zip     of zips, by stage alone
              traceq critical-path --since 1h --baseline 2h  with the hour before
              traceq critical-path --since today --baseline yesterday

            Of each request its critical path is followed: at each moment the one span that it waited for. So the \
            parts add up to the requests' durations, and their changes to the change of the mean. Stages are \
            \(Stage.allCases.map(\.name).joined(separator: ", ")); docs/analysis.md says what each of them is. The go \
            command's probing and requests that the client gave up are left out.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        help: ArgumentHelp(
            "What parts are told apart by: stage, service, operation, separated by commas (default: all).",
            valueName: "parts"))
    var by: [String] = []

    @Option(
        help: ArgumentHelp(
            "Compare with the time from here to where --since begins; the same as --baseline-since.",
            valueName: "time"))
    var baseline: String?

    @OptionGroup var earlier: BaselineOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many parts to show, 1 to 10000; the rest is one more.", valueName: "count"))
    var limit = 20

    @OptionGroup var requests: RequestOptions

    func validate() throws {
        try RowLimit.validate(limit, in: 1...10_000)
        guard baseline == nil || earlier.since == nil else {
            throw ValidationError("--baseline and --baseline-since are the same; give one")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let window = try window.window(since: "1h", until: "now", now: context.now, zone: style.zone)
        let query = FleetPathQuery(
            window: window,
            baseline: try earlier.window(
                before: window, since: baseline, now: context.now, zone: style.zone),
            filter: try requests.filter(), parts: try parts(), limit: limit)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.criticalPath(query)
        var table = ResultTable.criticalPath(result, query, zone: style.zone)
        if table.rowCount == 0 {
            let filters =
                requests.given
            let advice = EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone,
                noun: "module request", notes: table.notes)
            table.explainEmptiness(try advice.sentence(reader, query.filter, among: .moduleRequests), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    private func parts() throws(CommandFailure) -> Set<FleetPathQuery.Part> {
        var found: Set<FleetPathQuery.Part> = []
        for word in by.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let word = trimmingSpaces(String(word))
            guard let part = FleetPathQuery.Part(rawValue: word) else {
                let names = FleetPathQuery.Part.allCases.map(\.rawValue)
                throw CommandFailure(
                    .usage,
                    "--by has '\(DisplayText.escaped(word))', which is no part"
                        + Suggestion.sentence(word, among: names)
                        + "; there are \(names.joined(separator: ", "))")
            }
            found.insert(part)
        }
        return found.isEmpty ? Set(FleetPathQuery.Part.allCases) : found
    }
}
