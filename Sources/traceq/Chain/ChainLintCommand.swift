import ArgumentParser
import Telemetry

/// `traceq chain lint`: what is wrong with where modules come from, or will be.
struct ChainLintCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check GOPROXY, GOPRIVATE and GOSUMDB for what is wrong, or goes wrong one day.",
        usage: "traceq chain lint <options>",
        discussion: """
            What no option says is taken from the environment, and what is not there either is Go's default. Exit \
            code 2 with an error or a warning, 0 without. Needs no database; with --db, --since or --until telemetry \
            is looked at as well: for private modules that GOPRIVATE does not name, and proxies that nobody asked.

            EXAMPLES
              traceq chain lint --goproxy 'https://goproxy.cn,direct'
              traceq chain lint --goproxy "$(go env GOPROXY)" --gosumdb off
              traceq chain lint --goproxy 'https://goproxy.cn,direct' --since 7d
            """)

    @Option(help: ArgumentHelp("The list to check, as GOPROXY has it.", valueName: "list"))
    var goproxy: String?

    @Option(help: ArgumentHelp("Patterns of private modules, as GOPRIVATE has them.", valueName: "patterns"))
    var goprivate: String?

    @Option(
        help: ArgumentHelp(
            "Patterns of modules that no proxy is asked for (default: those of --goprivate).",
            valueName: "patterns"))
    var gonoproxy: String?

    @Option(
        help: ArgumentHelp(
            "Patterns of modules that no checksum database is asked about (default: those of --goprivate).",
            valueName: "patterns"))
    var gonosumdb: String?

    @Option(help: ArgumentHelp("The checksum database, as GOSUMDB has it.", valueName: "database"))
    var gosumdb: String?

    @Option(
        help: ArgumentHelp(
            "Which mirror the setting is said to be for: another one is an error.", valueName: "name"))
    var label: String?

    @OptionGroup var files: ModuleFileOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let settings = ModuleSettings(
            goproxy: goproxy ?? context.environment["GOPROXY"],
            goprivate: goprivate ?? context.environment["GOPRIVATE"],
            gonoproxy: gonoproxy ?? context.environment["GONOPROXY"],
            gonosumdb: gonosumdb ?? context.environment["GONOSUMDB"],
            gosumdb: gosumdb ?? context.environment["GOSUMDB"])
        var lint = ChainLint(
            settings: settings, mirrors: try files.mirrorList(in: context),
            routes: try files.routeList(in: context), label: label)
        let telemetry = try observe(for: &lint, in: context, style)
        let findings = lint.findings
        if format == .table {
            var buffer = OutputBuffer(receive: context.write)
            LintListing(findings, settings: settings, style: style, telemetry: telemetry).write(to: &buffer)
        } else {
            context.write(
                .chainLint(findings, settings: settings, telemetry: telemetry), as: format, style: style)
        }
        return LintSummary(findings).isBad ? .conditionFound : .success
    }

    /// Looks at telemetry for the rules that need it, where that is asked for.
    ///
    /// - Returns: what was looked at; nil for nothing
    private func observe(
        for lint: inout ChainLint, in context: CommandContext, _ style: RenderStyle
    ) throws -> String? {
        guard common.database.db != nil || window.since != nil || window.until != nil else { return nil }
        let window = try window.window(since: "1h", until: "now", now: context.now, zone: style.zone)
        let reader = try common.openReader(in: context)
        reader.mirrors = lint.mirrors
        let (observed, requests) = try reader.observedModules(in: window, mirrors: lint.mirrors)
        lint.observed = observed
        guard requests > 0 || !observed.hosts.isEmpty else {
            let advice = EmptyWindowAdvice(
                window: window, filters: [], now: context.now, zone: style.zone, noun: "module request",
                notes: [])
            return "telemetry: " + advice.sentence(try reader.info())
        }
        let hosts =
            observed.hosts.isEmpty
            ? "; none says which host was asked" : ", of \(HumanUnits.count(observed.hosts.count, "host"))"
        return "telemetry: \(HumanUnits.count(requests, "module request"))\(hosts)"
    }
}
