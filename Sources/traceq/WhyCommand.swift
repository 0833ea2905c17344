import ArgumentParser
import OTLPModel
import Telemetry

/// `traceq why`: what slow requests, failures or misses have in common.
struct WhyCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Find what slow requests, failures or misses have in common that the others have not.",
        usage: "traceq why <id> <options>\n       traceq why --slow|--errors|--misses <options>",
        discussion: """
            EXAMPLES
              traceq why --slow                     of the last hour
              traceq why --slow --min-duration 5s --kind zip
              traceq why --errors --since 1d        what failures have in common
              traceq why --misses --region cn-east  what caches did not answer
              traceq why 0af76519                   the trouble of this request

            Each value of each attribute is counted among these requests and among the rest: attributes of the \
            request's own span and of its resource, and what follows from them: node, region, the proxy behind it, \
            module, kind, client, time. Listed are those that make being one of these much more probable, that chance \
            does not explain (exact or chi-square tests, of all tested values at most 1 % found by chance), ranked by \
            how much they explain. Values that explain the same requests are one row.

            A request is slow when it takes longer than 1 s, and than three times what its size explains (0.2 s and \
            10 MB/s). With an id the window is half an hour to each side of the trace.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @Argument(
        help: ArgumentHelp(
            "A trace id, or a unique beginning of one.", valueName: "id"))
    var id: String?

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Flag(help: "Explain slow requests.")
    var slow = false

    @Flag(help: "Explain failures.")
    var errors = false

    @Flag(help: "Explain what caches did not answer.")
    var misses = false

    @Option(
        name: .customLong("min-duration"),
        help: ArgumentHelp(
            "With --slow: slow is what took at least this long: 500ms, 5s.", valueName: "duration"))
    var minDuration: String?

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many findings to list, 1 to 100.", valueName: "count"))
    var limit = 10

    @OptionGroup var requests: RequestOptions

    func validate() throws {
        try RowLimit.validate(limit, in: 1...100)
        let wishes = [id != nil, slow, errors, misses].count { $0 }
        guard wishes == 1 else {
            throw ValidationError(
                wishes == 0
                    ? "nothing to explain: give --slow, --errors, --misses or a trace id"
                    : "give one of --slow, --errors, --misses and a trace id")
        }
        guard minDuration == nil || slow else {
            throw ValidationError("--min-duration says what is slow; add --slow")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        var query = try query(now: context.now, zone: style.zone)
        let reader = try common.openFleetReader(in: context)
        var target: WhyTarget?
        if let id { target = try aim(&query, at: id, reader) }
        let result = try reader.why(query)
        var table = ResultTable.why(result, query, target: target, zone: style.zone)
        if table.rowCount == 0 {
            let sentences = try emptiness(result, query, table, reader, context, style)
            if format.isForPeople {
                table.summary = sentences
            } else {
                table.explainEmptiness(sentences.joined(separator: "; "), format)
            }
        }
        context.write(table, as: format, style: style)
        return .success
    }

    private func query(now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure) -> FleetWhyQuery {
        do {
            let window = try window.window(since: "1h", until: "now", now: now, zone: zone)
            let least = try minDuration.map(DurationExpression.parse).map { UInt64(max(0, $0)) }
            let selection: WhySelection = errors ? .errors(nil) : misses ? .misses : .slow(minNanos: least)
            return FleetWhyQuery(
                window: window, filter: try requests.filter(), selection: selection,
                limit: limit)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }

    /// Selects the requests with the trouble of a trace.
    private func aim(_ query: inout FleetWhyQuery, at id: String, _ reader: TelemetryReader) throws
        -> WhyTarget
    {
        let prefix = try TraceIDPrefix(typed: id)
        let traceID: TraceID
        let spans: [StoredSpan]
        switch try reader.trace(prefix: prefix.digits) {
        case .found(let found, let stored, _): (traceID, spans) = (found, stored)
        case .ambiguous(let matches): throw prefix.ambiguity(matches)
        case .notFound(let notes):
            throw prefix.absence("'traceq slowest' lists ids, and --db names another database", notes)
        }
        let starts = spans.map { UnixNanos(clamping: $0.span.startTimeUnixNano) }
        let (first, last) = (starts.min() ?? .distantPast, starts.max() ?? .distantPast)
        let own = TimeWindow(since: first, until: last.advanced(byNanos: 1))
        guard let target = try reader.target(traceID, window: own) else {
            throw CommandFailure(
                .usage,
                "trace \(traceID.hex) has no module request of a client: 'traceq trace' shows what it has")
        }
        guard let selection = target.selection else {
            throw CommandFailure(
                .usage,
                "nothing was wrong with the request of trace \(traceID.hex): it took "
                    + "\(HumanUnits.duration(target.durationNanos)), which is not slow for its size, did not fail and "
                    + "was no miss")
        }
        query.selection = selection
        query.trace = traceID
        let halfHour: Int64 = 1_800_000_000_000
        if window.since == nil { query.window.since = first.advanced(byNanos: -halfHour) }
        if window.until == nil { query.window.until = last.advanced(byNanos: halfHour) }
        return target
    }

    private func emptiness(
        _ result: FleetWhyResult, _ query: FleetWhyQuery, _ table: ResultTable, _ reader: TelemetryReader,
        _ context: CommandContext, _ style: RenderStyle
    ) throws -> [String] {
        if result.selected > 0 { return table.summary }
        if result.rest > 0 {
            let requests = query.selection == .misses ? "requests that caches answered" : "requests"
            return [
                "no \(ResultTable.whyNoun(query.selection)) in the window among "
                    + "\(HumanUnits.count(Int64(result.rest))) \(requests): nothing to explain"
            ]
        }
        if query.selection == .misses, result.quality.immutableRequests > 0 {
            return [
                "of none of the \(HumanUnits.count(Int64(result.quality.immutableRequests))) requests for files in the "
                    + "window it is known what a cache did: docs/exporters.md tells how nodes can say it"
            ]
        }
        let filters = requests.given
        return [
            try EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone,
                noun: "module request", notes: table.notes
            ).sentence(reader, query.filter, among: .moduleRequests)
        ]
    }
}
