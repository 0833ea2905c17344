import ArgumentParser
import Configuration
import Telemetry

/// `traceq slo`: whether service level objectives were kept.
struct SLOCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "slo",
        abstract: "Say whether service level objectives were kept, and how fast their budgets go.",
        discussion: """
            EXAMPLES
              traceq slo                              the built-in ones, over 30 days
              traceq slo --file slo.yaml --window 7d  your own, over a week
              traceq slo --region 'cn-*' --json       of some nodes, for scripts

            Exit code 2 when an objective was missed or its budget goes so fast that somebody has to look now; 0 \
            otherwise, also where there is too little for a verdict. Without --file: slo.yaml in ~/.config/traceq or \
            /etc/traceq, else latency (mean below 200 ms), throughput (at least 10 MB/s), availability (at least \
            99.95 %), hit ratio (above 98 %) and visibility lag (95 of 100 versions below 30 s). Times of \
            publications come from traceq import index.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "The objectives (default: slo.yaml in ~/.config/traceq or /etc/traceq, else built in).",
            valueName: "file"), completion: .file(extensions: ["yaml"]))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "How far back to look, from 1d to 90d (default: what the file says).", valueName: "duration"))
    var window: String?

    @Option(help: ArgumentHelp("Where the window ends, not included (default: now).", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only of this service.name; * stands for any text.", valueName: "name"))
    var service: String?

    @Option(help: ArgumentHelp("Only from this node; * stands for any text.", valueName: "name"))
    var node: String?

    @OptionGroup var fleet: FleetOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        var list = try objectives(in: context)
        if let window { list.windowNanos = try Self.windowNanos(window) }
        let query = ObjectiveQuery(
            list, end: try end(now: context.now, zone: style.zone),
            filter: try fleet.filter(service: service, node: node))
        let reader = try common.openFleetReader(in: context)
        let result = try reader.objectives(query)
        var table = ResultTable.objectives(result, query)
        if result.quality.requests == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone,
                noun: "module request", notes: result.notes)
            table.rowCount = 0
            table.summary = []
            table.notes = result.notes
            table.explainEmptiness(try advice.sentence(reader, query.filter, among: .moduleRequests), format)
        } else {
            table.notes += shortHistory(query, try reader.info())
        }
        context.write(table, as: format, style: style)
        return result.isViolated ? .conditionFound : .success
    }

    /// The options that were given and limit the requests.
    private var filters: [String] {
        [("--service", service), ("--node", node)].compactMap { $0.1 == nil ? nil : $0.0 } + fleet.given
    }

    private func objectives(in context: CommandContext) throws(CommandFailure) -> ObjectiveList {
        try ModuleFileOptions.objectives(file, in: context)
    }

    private static func windowNanos(_ text: String) throws(CommandFailure) -> Int64 {
        let range = ObjectivesFile.windowRange
        guard let nanos = DurationExpression.nanoseconds(trimmingSpaces(text)), range.contains(nanos) else {
            throw CommandFailure(
                .usage, "--window is '\(DisplayText.escaped(text))'; give a duration from 1d to 90d, like 7d")
        }
        return nanos
    }

    private func end(now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure) -> UnixNanos {
        guard let until else { return now }
        do {
            return try TimeExpression(parsing: until).resolve(now: now, zone: zone)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }

    /// A window that begins before anything was stored has the budget of its whole length.
    private func shortHistory(_ query: ObjectiveQuery, _ info: DatabaseInfo) -> [QualityNote] {
        guard let oldest = info.minTime, oldest > query.window.since else { return [] }
        let length = oldest.rawValue &- query.window.since.rawValue
        guard length > query.list.windowNanos / 100 else { return [] }
        return [
            QualityNote(
                code: "short_history",
                message:
                    "the first \(HumanUnits.duration(length)) of the window are before the oldest span that is "
                    + "stored: of them nothing is known, and budgets are those of the whole window")
        ]
    }
}
