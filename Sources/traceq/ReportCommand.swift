import ArgumentParser
import Configuration
import Telemetry

/// `traceq report`: an incident as a document, and whether one is still true.
struct ReportCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write all that is known of an incident as a document, or check one against the data.",
        usage: "traceq report [<options>]\n       traceq report --verify <file>",
        discussion: """
            EXAMPLES
              traceq report                           the last hour's likely cause
              traceq report --since 6h -o night.html  for a browser and for paper
              traceq report --since 1h -o night.md    people's notes in it stay
              traceq report --verify night.md         whether the data still say so

            Has a summary, impact and error budget, the course as charts, detection, timeline, the suspected cause \
            and what speaks against others, what requests have in common, what was waited for, nodes, lag, traces and \
            the quality of the data. Each sentence names its evidence: a command, what it said, and traces. The same \
            data and options give the same bytes.

            Some fields are for people. What is written between their marks stays when the report is made again \
            under the same name.

            --verify makes the report again from what the file says it was made from, and ends with exit code 2 when \
            something differs: a number, a sentence, a request that came late.

            Modules are private by --redact, else by GOPRIVATE and the like in the environment and by routes.yaml; and \
            always those of hosts below .internal, .local, .corp, .lan, .intranet, .private and .home.arpa. These, and \
            addresses of clients, are numbered.
            """)

    @OptionGroup var database: DatabaseOption

    @OptionGroup var window: WindowOptions

    @OptionGroup var normalTime: NormalTimeOption

    @Option(
        help: ArgumentHelp(
            "The id of the incident, as traceq incidents has it, or a unique beginning of one (default: the most likely "
                + "cause).", valueName: "id"))
    var incident: String?

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Where to write it (default: - for standard output).", valueName: "file"),
        completion: .file(extensions: ["md", "html", "json"]))
    var output = "-"

    @Option(help: "The form (default: by the file's end, .md, .html or .json; else markdown).")
    var format: ReportFormat?

    @Flag(help: "Replace a file that is no report.")
    var force = false

    @Flag(name: .customLong("private"), help: "Show private modules, and addresses of clients.")
    var showsPrivate = false

    @Option(
        help: ArgumentHelp(
            "Patterns of private modules, as GOPRIVATE has them, separated by commas.", valueName: "patterns")
    )
    var redact: String?

    @Option(
        help: ArgumentHelp(
            "Service level objectives (default: slo.yaml in ~/.config/traceq or /etc/traceq, else built in).",
            valueName: "file"), completion: .file(extensions: ["yaml"]))
    var objectives: String?

    @Option(
        help: ArgumentHelp("Check this report against the data, and write none.", valueName: "file"),
        completion: .file(extensions: ["md", "html", "json"]))
    var verify: String?

    @OptionGroup var timeZone: ZoneOption

    func validate() throws {
        guard verify != nil else { return }
        let given = [
            ("--since", window.since != nil), ("--until", window.until != nil),
            ("--incident", incident != nil), ("--output", output != "-"), ("--format", format != nil),
            ("--private", showsPrivate), ("--force", force),
            ("--baseline", normalTime.baseline != NormalTimeOption.usual),
        ].filter(\.1).map(\.0)
        guard given.isEmpty else {
            throw ValidationError(
                "--verify takes what the report says of itself; leave out \(given.joined(separator: ", "))")
        }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        if let verify { return try check(verify, in: context) }
        let form = try resolvedFormat(in: context)
        let zone = try timeZone.rules()
        let query = ReportQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: zone),
            baselineNanos: try normalTime.nanos(), incident: incident,
            objectives: try ModuleFileOptions.objectives(objectives, in: context),
            redaction: try redaction(showsPrivate, in: context),
            privateModules: try privateModules(in: context),
            clientRegions: try ModuleFileOptions.clientRegions(in: context), zone: zone,
            zoneName: timeZone.tz,
            version: TraceQ.version)
        let earlier = try earlierReport(form)
        let document = try document(query, try database.openFleetReader(in: context))
        if let before = earlier?.incident, before != document.parameters.incident {
            throw CommandFailure(
                .usage,
                "\(DisplayText.escaped(output)) is the report of another incident, \(DisplayText.escaped(before)): name another "
                    + "file, give --incident \(DisplayText.escaped(before)), or --force to lose what people wrote into it"
            )
        }
        let text = document.text(as: form, human: earlier?.texts ?? ReportHumanTexts(), zone: zone)
        if output == "-" {
            context.write(text)
            return .success
        }
        let file = try ExportFile(path: output, replaces: true)
        try file.write(text)
        try file.finish()
        context.writeDiagnostic(
            "wrote \(DisplayText.escaped(output)): \(DisplayText.escaped(document.title))\n")
        return .success
    }

    private func document(_ query: ReportQuery, _ reader: TelemetryReader) throws -> ReportDocument {
        switch try reader.report(query) {
        case .report(let document): return document
        case .noSuchIncident(let known):
            let name = DisplayText.escaped(query.incident ?? "")
            throw CommandFailure(
                .usage,
                known.isEmpty
                    ? "there is no incident '\(name)' in the window, and no other one; --since looks further back"
                    : "there is no incident '\(name)' in the window; there are \(known.prefix(10).joined(separator: ", "))"
            )
        case .ambiguous(let ids):
            throw CommandFailure(
                .usage,
                "several incidents begin with '\(DisplayText.escaped(query.incident ?? ""))': "
                    + ids.joined(separator: ", "))
        }
    }

    private func redaction(
        _ showsEverything: Bool, in context: CommandContext
    ) throws(CommandFailure) -> ReportRedaction {
        if let redact {
            return ReportRedaction(
                patterns: try PrivateOption.list(redact, named: "--redact").text,
                showsEverything: showsEverything)
        }
        return ReportRedaction(
            patterns: try privateModules(in: context).patterns.joined(separator: ","),
            showsEverything: showsEverything)
    }

    private func privateModules(in context: CommandContext) throws(CommandFailure) -> PrivateModules {
        if let redact {
            return PrivateModules([
                PrivateModules.Source("--redact", try PrivateOption.list(redact, named: "--redact"))
            ])
        }
        return try ModuleFileOptions.privateModules(in: context)
    }

    // MARK: Form

    private func resolvedFormat(in context: CommandContext) throws(CommandFailure) -> ReportFormat {
        if let format { return format }
        if output != "-" {
            guard let known = ReportFormat(fileName: output) else {
                throw CommandFailure(
                    .usage,
                    "the name \(DisplayText.escaped(output)) does not say which form it is to have: let it end in .md, "
                        + ".html or .json, or give --format")
            }
            return known
        }
        return context.environment["TRACEQ_FORMAT"] == "json" ? .json : .markdown
    }

    /// What people have written into the report of the same name, and which incident it is of; nil for no such file.
    private func earlierReport(
        _ form: ReportFormat
    ) throws(CommandFailure) -> (texts: ReportHumanTexts, incident: String?)? {
        guard output != "-", ReportFile.exists(output), !force else { return nil }
        let shown = DisplayText.escaped(output)
        let text = try ReportFile.read(output)
        guard let known = ReportFormat(content: text), let record = ReportRecord(report: text, known) else {
            throw CommandFailure(.usage, "\(shown) is there already, and is no report; --force replaces it")
        }
        guard known == form else {
            throw CommandFailure(
                .usage,
                "\(shown) is a report in another form (\(known.rawValue)), and what people wrote into it would be lost: "
                    + "name another file, or give --force")
        }
        do throws(ReportMarkError) {
            return (try ReportHumanTexts(report: text, known), record.parameters.incident)
        } catch {
            throw Self.failure(error, shown)
        }
    }

    private static func failure(_ error: ReportMarkError, _ shown: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "what people wrote into \(shown) cannot be told from the rest: \(error.message); put them right, or name another "
                + "file")
    }

    // MARK: Verification

    private static let differencesMax = 20

    private func check(_ path: String, in context: CommandContext) throws -> CommandStatus {
        let shown = DisplayText.escaped(path)
        let text = try ReportFile.read(path)
        guard let form = ReportFormat(content: text), let record = ReportRecord(report: text, form) else {
            throw CommandFailure(
                .usage,
                "\(shown) is no report of traceq, or what it says of itself at its end was changed: without that it cannot "
                    + "be made again")
        }
        let told = record.parameters
        let redaction = try redaction(told.isPrivate, in: context)
        guard redaction.digest == told.privatePatterns else {
            throw CommandFailure(
                .usage,
                "\(shown) was made with other patterns of private modules; give the same --redact, or the same GOPRIVATE"
            )
        }
        let objectives = try ModuleFileOptions.objectives(objectives, in: context)
        if let before = told.objectives, before != objectives.digest {
            throw CommandFailure(
                .usage,
                "\(shown) was made with other objectives; give the same --objectives, or the same slo.yaml")
        }
        let zone = try ZoneLookup.rules(named: told.zone)
        let query = ReportQuery(
            window: told.window, baselineNanos: told.baselineNanos, incident: told.incident,
            objectives: objectives, redaction: redaction,
            privateModules: try privateModules(in: context),
            clientRegions: try ModuleFileOptions.clientRegions(in: context), zone: zone, zoneName: told.zone,
            version: TraceQ.version)
        var document: ReportDocument
        switch try database.openFleetReader(in: context).report(query) {
        case .report(let found): document = found
        case .noSuchIncident, .ambiguous:
            context.write(
                "\(shown): the data no longer show the incident \(DisplayText.escaped(told.incident ?? ""))\n"
            )
            return .conditionFound
        }
        if told.objectives == nil { document.parameters.objectives = nil }
        let verification: ReportVerification
        do throws(ReportMarkError) {
            verification = try ReportVerification(text, form, record, now: document, zone: zone)
        } catch {
            throw Self.failure(error, shown)
        }
        for line in lines(verification, shown) { context.write(line + "\n") }
        return verification.differenceCount == 0 ? .success : .conditionFound
    }

    private func lines(_ verification: ReportVerification, _ shown: String) -> [String] {
        let words = verification.isOtherVersion ? "values" : "values and lines"
        let limits =
            verification.isOtherVersion
            ? [
                "its sentences are those of another version, and were not compared; a report made anew has them"
            ] : []
        let compared = HumanUnits.count(Int64(verification.compared))
        guard verification.differenceCount > 0 else {
            let what =
                verification.isOtherVersion ? "of the evidence of \(shown), all is true" : "\(shown) is true"
            return ["\(what): \(compared) \(words) were compared"] + limits
        }
        var lines = [
            "\(shown) is not what the data say: \(HumanUnits.count(verification.differenceCount, "difference")) in "
                + "\(compared) \(words)"
        ]
        for difference in verification.differences.prefix(Self.differencesMax) {
            let (report, data) = Self.shown(difference.report, difference.data)
            lines.append("  \(DisplayText.escaped(difference.place))")
            lines.append("    report: \(report)")
            lines.append("    data:   \(data)")
        }
        let more = verification.differenceCount - Self.differencesMax
        if more > 0 { lines.append("  and \(HumanUnits.count(more, "more difference"))") }
        return lines + limits
    }

    /// Of long texts what is around the first character that differs.
    private static func shown(_ left: String, _ right: String) -> (String, String) {
        let (before, length) = (40, 140)
        let same = zip(left, right).prefix { $0 == $1 }.count
        let skipped = same > before + 20 ? same - before : 0
        func part(_ text: String) -> String {
            let rest = text.dropFirst(skipped)
            return (skipped > 0 ? "…" : "") + DisplayText.escaped(String(rest.prefix(length)))
                + (rest.dropFirst(length).isEmpty ? "" : "…")
        }
        return (part(left), part(right))
    }
}

extension ReportFormat: ExpressibleByArgument {}
