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
            code 2 with an error or a warning, 0 without. Needs no database.

            EXAMPLES
              traceq chain lint --goproxy 'https://goproxy.cn,direct'
              traceq chain lint --goproxy "$(go env GOPROXY)" --gosumdb off
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
    @OptionGroup var output: OutputOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try output.resolvedFormat(in: context)
        let style = try output.style(in: context)
        let settings = ModuleSettings(
            goproxy: goproxy ?? context.environment["GOPROXY"],
            goprivate: goprivate ?? context.environment["GOPRIVATE"],
            gonoproxy: gonoproxy ?? context.environment["GONOPROXY"],
            gonosumdb: gonosumdb ?? context.environment["GONOSUMDB"],
            gosumdb: gosumdb ?? context.environment["GOSUMDB"])
        let lint = ChainLint(
            settings: settings, mirrors: try files.mirrorList(in: context),
            routes: try files.routeList(in: context), label: label)
        let findings = lint.findings
        if format == .table {
            var buffer = OutputBuffer(receive: context.write)
            LintListing(findings, settings: settings, style: style).write(to: &buffer)
        } else {
            context.write(.chainLint(findings, settings: settings), as: format, style: style)
        }
        return LintSummary(findings).isBad ? .conditionFound : .success
    }
}
