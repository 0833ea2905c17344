import ArgumentParser
import Telemetry

/// `traceq recommend`: which GOPROXY to use where.
struct RecommendCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend",
        abstract: "Say which GOPROXY to use in a region, by how proxies served its clients.",
        discussion: """
            EXAMPLES
              traceq recommend --region 'cn-*' --since 7d
              traceq recommend --private git.example.com    with what private modules need

            Compared are the hosts that clients asked, and public mirrors that proxies asked, at the nodes of each \
            region: first by availability, where one fails more often than chance explains, or than \
            slo.yaml allows (99.95 % available without it), then by p95 and p50, then by hit ratio. Below \(ProxyCandidate.requestsMin) requests there is no verdict on a proxy. A region \
            is that of nodes (cloud.region, else edge.site): clients are taken to be where they ask. What is \
            recommended is checked as by traceq chain lint, and the notes say what that finds.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @OptionGroup var privateModules: PrivateOption

    @Option(
        help: ArgumentHelp(
            "The mirrors that are known (default: mirrors.yaml in ~/.config/traceq or /etc/traceq, else built in).",
            valueName: "file"), completion: .file(extensions: ["yaml"]))
    var mirrors: String?

    @OptionGroup var requests: RequestOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many proxies at most in the table.", valueName: "count"))
    var limit = 50

    func validate() throws { try RowLimit.validate(limit, in: 1...100_000) }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        var files = ModuleFileOptions()
        files.mirrors = mirrors
        var query = RecommendQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            filter: try requests.filter(), mirrors: try files.mirrorList(in: context),
            privateModules: try privateModules.list())
        let objectives = try ModuleFileOptions.objectives(in: context)
        query.limit = limit
        query.availabilityMin = objectives.availabilityMin ?? query.availabilityMin
        let reader = try common.openReader(in: context)
        reader.mirrors = query.mirrors
        let result = try reader.recommend(query)
        var table = ResultTable.recommend(result, query)
        if result.candidates.isEmpty {
            table.explainEmptiness(try emptiness(result, query, context, style, reader), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    private func emptiness(
        _ result: RecommendResult, _ query: RecommendQuery, _ context: CommandContext, _ style: RenderStyle,
        _ reader: TelemetryReader
    ) throws -> String {
        guard result.requests == 0 else {
            return
                "no request of the window tells which host was asked (server.address, http.host, or a whole URL), "
                + "so that there is nothing to compare; docs/exporters.md tells how nodes can say it"
        }
        return try EmptyWindowAdvice(
            window: query.window, filters: requests.given, now: context.now, zone: style.zone,
            noun: "module file request", notes: result.notes
        ).sentence(reader, query.filter, among: .calls)
    }
}
