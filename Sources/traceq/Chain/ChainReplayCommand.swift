import ArgumentParser
import Telemetry

/// `traceq chain replay`: what would have become of recorded requests with another GOPROXY.
struct ChainReplayCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Walk recorded requests along a GOPROXY list, and compare it with another one.",
        usage: "traceq chain replay <options>",
        discussion: """
            EXAMPLES
              traceq chain replay --goproxy 'https://a.example.com|direct' --since 1d
              traceq chain replay --goproxy https://goproxy.cn --baseline direct

            Nothing is asked of anybody: of each place that the go command would have gone to, the recorded answer \
            counts that is nearest in time. A comma leads on after 404 and 410, a bar after any error. What was never \
            asked of a place is unknown there. Needs telemetry that says which host was asked.
            """)

    @Option(help: ArgumentHelp("The list to walk along, as GOPROXY has it.", valueName: "list"))
    var goproxy: String?

    @Option(help: ArgumentHelp("Another list to compare it with.", valueName: "list"))
    var baseline: String?

    @Option(help: ArgumentHelp("Patterns of private modules, as GOPRIVATE has them.", valueName: "patterns"))
    var goprivate: String?

    @Option(
        help: ArgumentHelp(
            "Patterns of modules that no proxy is asked for (default: those of --goprivate).",
            valueName: "patterns"))
    var gonoproxy: String?

    @Option(
        help: ArgumentHelp(
            "The mirrors that are known (default: mirrors.yaml in ~/.config/traceq or /etc/traceq, else built in).",
            valueName: "file"), completion: .file(extensions: ["yaml"]))
    var mirrors: String?

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions
    @OptionGroup var fleet: FleetOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let settings = ModuleSettings(
            goproxy: goproxy ?? context.environment["GOPROXY"],
            goprivate: goprivate ?? context.environment["GOPRIVATE"],
            gonoproxy: gonoproxy ?? context.environment["GONOPROXY"])
        var files = ModuleFileOptions()
        files.mirrors = mirrors
        let query = ReplayQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            filter: try fleet.filter(), chain: try chain(settings, listOrigin(in: context)),
            listOrigin: listOrigin(in: context),
            baseline: try baseline.map { list in
                var other = settings
                other.goproxy = list
                return try chain(other, "--baseline")
            }, mirrors: try files.mirrorList(in: context))
        let reader = try common.openReader(in: context)
        let answer = try reader.replay(query)
        var table = ResultTable.replay(answer, query)
        if answer.result.wishes == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: fleet.given, now: context.now, zone: style.zone,
                noun: "module request", notes: answer.notes)
            table.rowCount = 0
            table.explainEmptiness(try advice.sentence(reader, query.filter, among: .moduleRequests), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    /// Who says which list it is.
    private func listOrigin(in context: CommandContext) -> String {
        if let goproxy, !goproxy.isEmpty { return "--goproxy" }
        if goproxy == nil, context.environment["GOPROXY"]?.isEmpty == false {
            return "GOPROXY of the environment"
        }
        return "the go command's default; --goproxy names another one"
    }

    /// A list that the go command takes.
    private func chain(_ settings: ModuleSettings, _ option: String) throws(CommandFailure) -> GoProxyChain {
        let chain = settings.chain
        guard chain.list.isValid else {
            let fault = ChainLint(settings: settings).findings.first {
                $0.variable == .goproxy && $0.severity == .error
            }
            throw CommandFailure(
                .usage,
                "\(option): the go command refuses this list"
                    + (fault.map { ": \($0.message); \($0.advice)" } ?? ""))
        }
        return chain
    }
}
