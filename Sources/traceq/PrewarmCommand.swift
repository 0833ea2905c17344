import ArgumentParser
import Telemetry

/// `traceq prewarm`: what caches should have had.
struct PrewarmCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "prewarm",
        abstract: "List the versions that would have saved clients most time, had caches had them.",
        discussion: """
            EXAMPLES
              traceq prewarm                                 of the last 24 hours
              traceq prewarm --since 7d --region cn-east     for a region's caches
              traceq prewarm --list | xargs go mod download  warms what GOPROXY names
              traceq prewarm --list --limit 500 --min-saved 1s > versions.txt

            Each request for an info, mod or zip file that a cache did not answer is played through again as a hit: \
            what it took beyond the typical hit of its kind at the node that the client asked (the median) would have \
            been saved. --list writes a line module@version for each, as 'go mod download' takes them.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Flag(help: "Write module@version lines and nothing else, for go mod download.")
    var list = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many versions to list, 1 to 100000.", valueName: "count"))
    var limit = 20

    @Option(
        name: .customLong("min-saved"),
        help: ArgumentHelp(
            "Only what would have saved at least this long: 500ms, 10s.", valueName: "duration"))
    var minSaved: String?

    @OptionGroup var requests: RequestOptions

    func validate() throws {
        try RowLimit.validate(limit, in: 1...100_000)
        guard !list || (common.output.format == nil && !common.output.json) else {
            throw ValidationError("--list is a format of its own; give it or --format")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = try query(now: context.now, zone: style.zone)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.prewarm(query)
        var table = ResultTable.prewarm(result, query, zone: style.zone)
        let sentence =
            table.rowCount == 0 ? try emptiness(result, query, table.notes, reader, context, style) : nil
        if list {
            writeList(result, sentence, to: context)
            return .success
        }
        if let sentence { table.explainEmptiness(sentence, format) }
        context.write(table, as: format, style: style)
        return .success
    }

    /// Paths and versions have no spaces or control characters, or they are none.
    private func writeList(_ result: FleetPrewarmResult, _ sentence: String?, to context: CommandContext) {
        for version in result.versions {
            let line = "\(version.name.module)@\(version.name.version ?? "")"
            guard line.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !line.hasPrefix("-") else { continue }
            context.write(line + "\n")
        }
        if let sentence { context.writeDiagnostic("traceq: \(sentence)\n") }
    }

    private func query(now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure) -> FleetPrewarmQuery {
        let window = try window.window(since: "24h", until: "now", now: now, zone: zone)
        do {
            return FleetPrewarmQuery(
                window: window, filter: try requests.filter(), limit: limit,
                minSavedNanos: try minSaved.map(DurationExpression.parse) ?? 0)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }

    private func emptiness(
        _ result: FleetPrewarmResult, _ query: FleetPrewarmQuery, _ notes: [QualityNote],
        _ reader: TelemetryReader, _ context: CommandContext, _ style: RenderStyle
    ) throws -> String {
        if result.files > 0 { return ResultTable.nothingToWarm(result) }
        let filters =
            requests.given
        return try EmptyWindowAdvice(
            window: query.window, filters: filters, now: context.now, zone: style.zone,
            noun: "module request", notes: notes
        ).sentence(reader, query.filter, among: .moduleRequests)
    }
}
