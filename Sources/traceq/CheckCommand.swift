import ArgumentParser
import Configuration
import Telemetry

/// `traceq check`: who breaks the rules of a file.
struct CheckCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Hold telemetry, and who sends it, against rules of your own.",
        discussion: """
            EXAMPLES
              traceq check check.yaml                the last hour, by rules of a file
              traceq check check.yaml --since 10m    after a rollout, for a pipeline

            Rules are about attributes and metrics: images without latest, limits that are set, a version at least, \
            the hosts that GOPROXY may name, how old a configuration may be. config/check.yaml has all that can be \
            written, with rules to begin with. Without a file: check.yaml in ~/.config/traceq or /etc/traceq.

            Exit code 2 when a rule is broken that is an error or a warning; 0 when all are kept, also where a rule had \
            nothing to look at, which a note tells.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many rows to show, 1 to 1000000.", valueName: "count"))
    var limit = 100

    @Argument(
        help: ArgumentHelp(
            "The rules (default: check.yaml in ~/.config/traceq or /etc/traceq).", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var file: String?

    func validate() throws { try RowLimit.validate(limit, in: 1...1_000_000) }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        guard let path = file ?? ModuleFileOptions.standardPlace("check.yaml", context) else {
            throw CommandFailure(
                .usage,
                "there are no rules: name a file, as in traceq check check.yaml, or put one at "
                    + "/etc/traceq/check.yaml; config/check.yaml of the sources is one to begin with")
        }
        let rules = try ModuleFileOptions.read(path) { (path) throws(ConfigProblems) in
            try ChecksFile.read(path)
        }
        let query = CheckQuery(
            rules,
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone))
        let reader = try common.openReader(in: context)
        let result = try reader.check(query)
        var table = ResultTable.checks(result, query, limit: limit, zone: style.zone)
        if result.outcomes.allSatisfy({ $0.verdict == .nothing }) {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: [], now: context.now, zone: style.zone, noun: "span",
                notes: result.notes)
            let info = try reader.info()
            let newest = info.maxTime ?? .distantPast
            // Where there is something, the notes say what of it each rule lacks.
            if newest < query.window.since { table.summary.append(advice.sentence(info)) }
        }
        context.write(table, as: format, style: style)
        return result.isViolated ? .conditionFound : .success
    }
}
