import ArgumentParser
import Telemetry

/// `traceq misses`: what caches did not have.
struct MissesCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "misses",
        abstract: "List cache misses, with hit ratios and what they cost.",
        discussion: """
            EXAMPLES
              traceq misses                              what cost most, of the last hour
              traceq misses --by node --since 24h        what each node's own cache did
              traceq misses --per 5m                     the hit ratio over time
              traceq misses --by version --kind zip      which archives were missing
              traceq misses --format json | jq .totals   hit ratios for scripts

            Only requests for files that never change count: info, mod and zip of a version. Hits are hit, stale, \
            updating, revalidated and redirect_hit; misses are miss, expired and redirect_miss. Who waited for \
            another one's fetch (coalesced) counts as no hit. Requests of which nobody says what a cache did are in \
            no ratio. By node, role, software, service or service_version each node is asked what its own cache did; \
            all others say what clients had: of edge and proxy the outermost one that says anything. A version is \
            warm when none of its files was a miss for the client that fetched it.

            REFETCHED counts misses for files that the same node had fetched before in the window; WASTED is how \
            long these took. A time is \(TimeExpression.grammar), or "all" with --since.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        help: ArgumentHelp(
            "What to group by: \(FleetDimension.names.joined(separator: ", ")), or an attribute (default: module).",
            valueName: "key"))
    var by: String?

    @Option(
        help: ArgumentHelp("Also group by time, in periods so long: 1m, 5m, 1h.", valueName: "duration"))
    var per: String?

    @OptionGroup var requests: RequestOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many groups to show, 1 to 1000000.", valueName: "count"))
    var limit: Int?

    func validate() throws {
        if let limit, !(1...1_000_000).contains(limit) {
            throw ValidationError("--limit is \(limit); it must lie between 1 and 1000000")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = try query(now: context.now, zone: style.zone)
        let reader = try common.openFleetReader(in: context)
        var result = try reader.misses(query)
        var unknown: [QualityNote] = []
        if case .attribute(let key) = query.dimension, result.groups.allSatisfy({ $0.key == nil }) {
            unknown = try UnknownKeyAdvice.notes(on: key, in: query.window, reader)
            // What nobody has makes no groups.
            if !unknown.isEmpty { result.groups = [] }
        }
        var table = ResultTable.misses(result, query, zone: style.zone)
        if !unknown.isEmpty {
            table.explainEmptiness(unknown, format)
        } else if result.groups.isEmpty {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone,
                noun: "module file request", lacking: "asks a Go module proxy for a file of a version",
                notes: result.notes)
            table.explainEmptiness(try advice.sentence(reader, query.filter, among: .moduleRequests), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    /// The options that were given and limit the requests.
    private var filters: [String] {
        requests.given
    }

    private func query(now: UnixNanos, zone: TimeZoneRules) throws -> MissQuery {
        let filter = try requests.filter()
        guard filter.kinds.isEmpty || filter.kinds.contains(where: \.isImmutable) else {
            throw CommandFailure(
                .usage,
                "--kind has none of info, mod and zip, and misses are of those alone: what else is asked for may change, "
                    + "and no cache can keep it; traceq slowest and traceq stats take any kind")
        }
        let dimension = by.map { FleetDimension(trimmingSpaces($0)) } ?? (per == nil ? .module : .all)
        let periodNanos = try per.map { try FleetOptions.period($0) }
        return MissQuery(
            window: try window.window(since: "1h", until: "now", now: now, zone: zone),
            filter: filter, dimension: dimension,
            periodNanos: periodNanos, limit: limit ?? (per == nil ? 20 : 1_000))
    }
}
