import ArgumentParser
import Telemetry

/// `traceq incidents`: what went wrong, and who is to blame.
struct IncidentsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Say what went wrong, and who is to blame.",
        discussion: """
            EXAMPLES
              traceq incidents                          of the last hour
              traceq incidents --since 6h --json        of a morning, for scripts
              traceq incidents --rules node-lost        only one kind of trouble

            Module requests are slow, fail or miss now and then. An incident is where they do so far more often than \
            before and than others like them, beyond chance. Named is who explains most of it: an upstream, a node, a \
            way between two, a version of a service, a region. What follows from something else stands below it (└).

            Private modules that public hosts were asked for are an incident, too: those of --private, else those of \
            GOPRIVATE, GONOPROXY and GONOSUMDB in the environment, and those that routes.yaml calls so.

            Ends with exit code 2 when there is an incident, be it P3; with --rules when there is one of these.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @OptionGroup var normalTime: NormalTimeOption

    @OptionGroup var privateModules: PrivateOption

    @Option(
        help: ArgumentHelp(
            "Show only what these rules find, separated by commas (default: all).", valueName: "rules"))
    var rules: [String] = []

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = IncidentQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            baselineNanos: try normalTime.nanos(), now: context.now,
            privateModules: try modules(in: context),
            clientRegions: try ModuleFileOptions.clientRegions(in: context))
        let wanted = try wantedRules()
        let reader = try common.openFleetReader(in: context)
        var result = try reader.incidents(query)
        if let wanted { result.keep(rules: wanted) }
        var table = ResultTable.incidents(result, query, zone: style.zone)
        if result.requests == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: [], now: context.now, zone: style.zone,
                noun: "module request", notes: table.notes)
            table.explainEmptiness(advice.sentence(try reader.info()), format)
        } else if table.rowCount == 0 {
            table.explainEmptiness(ResultTable.noIncidents(result, isOfSomeRules: wanted != nil), format)
        }
        context.write(table, as: format, style: style)
        return result.incidents.isEmpty ? .success : .conditionFound
    }

    /// What is private: by the option alone where it is given.
    private func modules(in context: CommandContext) throws(CommandFailure) -> PrivateModules {
        if let list = try privateModules.list() {
            return PrivateModules([PrivateModules.Source("--private", list)])
        }
        return try ModuleFileOptions.privateModules(in: context)
    }

    /// Nil for all.
    private func wantedRules() throws(CommandFailure) -> Set<String>? {
        guard !rules.isEmpty else { return nil }
        var wanted: Set<String> = []
        for word in rules.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let word = trimmingSpaces(String(word))
            guard IncidentRules.names.contains(word) else {
                throw CommandFailure(
                    .usage,
                    "--rules has '\(DisplayText.escaped(word))', which is no rule"
                        + Suggestion.sentence(word, among: IncidentRules.names)
                        + "; there are \(IncidentRules.names.joined(separator: ", "))")
            }
            wanted.insert(word)
        }
        return wanted
    }
}
