import ArgumentParser
import Telemetry

/// `traceq slowest`: the requests that took longest.
struct SlowestCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "slowest",
        abstract: "List the slowest requests of a window of time.",
        discussion: """
            EXAMPLES
              traceq slowest                                   of the last hour
              traceq slowest --since 7d --limit 50             of the last week
              traceq slowest --since yesterday --until today   of yesterday in UTC
              traceq slowest --service athens --node 'edge-*'  of a service on some nodes
              traceq slowest --name '/github.com/*' --min-duration 500ms
              traceq slowest --by fetch --class cold_vcs       slow for their repository
              traceq slowest --by session --region 'cn-*'      runs of the go command

            A request is the outermost server span of a trace, or its root where there is none. With --by, or an \
            option that is about modules, only module requests are looked at, and each has the class of its slowness \
            and the stage that took most of its time. A fetch is what one client asked for to get one version: its \
            info, mod, zip and checksum. A session is what a client asked for without a pause above 15 s.

            Classes are \(RequestClass.allCases.map(\.rawValue).joined(separator: ", ")). Only what takes longer \
            than 1 s, and than three times what its size explains (0.2 s and 10 MB/s), has one.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many requests to list, 1 to 100000.", valueName: "count"))
    var limit = 20

    @OptionGroup var spans: SpanOptions

    @Option(
        name: .customLong("min-duration"),
        help: ArgumentHelp("Only those that took at least this long: 250ms, 1.5s.", valueName: "duration"))
    var minDuration: String?

    @Option(help: "What to list: requests, fetches of a version, or sessions of a client (default: request).")
    var by: SlowestUnit?

    @OptionGroup var fleet: FleetOptions

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Only what is slow for one of these reasons, separated by commas.", valueName: "classes"))
    var classes: [String] = []

    func validate() throws {
        try RowLimit.validate(limit, in: 1...100_000)
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = try query(now: context.now, zone: style.zone)
        let fleetQuery = try fleetQuery(query)
        let reader = try common.openFleetReader(in: context)
        var table: ResultTable
        var reason: String?
        if let fleetQuery {
            let result = try reader.slowest(fleetQuery)
            reason = fleetQuery.unit.reason(of: result.quality)
            table = .slowest(result, fleetQuery, zone: style.zone)
        } else {
            table = .slowest(try reader.slowest(query), window: query.window, zone: style.zone)
        }
        if table.rowCount == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: filters, now: context.now, zone: style.zone, noun: noun,
                lacking: fleetQuery?.unit.lacking, notes: table.notes)
            table.explainEmptiness(
                try reason
                    ?? advice.sentence(
                        reader, fleetQuery?.filter ?? spans.names,
                        among: fleetQuery == nil ? .spans : .moduleRequests), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }

    private var noun: String {
        switch by ?? .request {
        case .request: fleet.given.isEmpty && by == nil && classes.isEmpty ? "request" : "module request"
        case .fetch: "fetched version"
        case .session: "session"
        }
    }

    /// The options that were given and limit the requests.
    private var filters: [String] {
        spans.given + (minDuration == nil ? [] : ["--min-duration"]) + fleet.given
            + (classes.isEmpty ? [] : ["--class"])
    }

    /// The question about module requests; nil where none is asked.
    private func fleetQuery(_ query: SlowestQuery) throws(CommandFailure) -> FleetSlowestQuery? {
        guard by != nil || !classes.isEmpty || !fleet.given.isEmpty else { return nil }
        guard spans.name == nil else {
            throw CommandFailure(
                .usage,
                "--name is about spans, and \(by == nil ? "the other options are" : "--by is") about module "
                    + "requests; give --module in its place")
        }
        return FleetSlowestQuery(
            window: query.window, filter: try fleet.filter(service: spans.service, node: spans.node),
            unit: by ?? .request, limit: limit, minDurationNanos: query.minDurationNanos,
            classes: try slowClasses())
    }

    private func slowClasses() throws(CommandFailure) -> Set<RequestClass> {
        var found: Set<RequestClass> = []
        for word in classes.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let word = trimmingSpaces(String(word))
            guard let known = RequestClass(rawValue: word) else {
                let names = RequestClass.allCases.map(\.rawValue)
                throw CommandFailure(
                    .usage,
                    "--class has '\(DisplayText.escaped(word))', which is no class"
                        + Suggestion.sentence(word, among: names)
                        + "; there are \(names.joined(separator: ", "))")
            }
            found.insert(known)
        }
        return found
    }

    private func query(now: UnixNanos, zone: TimeZoneRules) throws(CommandFailure) -> SlowestQuery {
        do {
            return SlowestQuery(
                window: try window.window(since: "1h", until: "now", now: now, zone: zone),
                limit: limit, service: spans.service, node: spans.node, name: spans.name,
                minDurationNanos: try minDuration.map(DurationExpression.parse) ?? 0, now: now)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }
}

extension SlowestUnit: ExpressibleByArgument {}

extension SlowestUnit {
    /// Why there is none where there are requests; nil where that is not because nobody says who asked.
    fileprivate func reason(of quality: FleetQuality) -> String? {
        guard self != .request, quality.withoutClient > 0, quality.withoutClient == quality.requests else {
            return nil
        }
        return
            "no \(self == .fetch ? "fetched version" : "session") in the window: of none of its "
            + "\(HumanUnits.count(quality.withoutClient, "request")) it is known who asked (client.address, which "
            + "docs/exporters.md tells how to send); --by request shows them one by one"
    }

    /// What spans do not do where there is none.
    fileprivate var lacking: String {
        switch self {
        case .request: "asks a Go module proxy for anything"
        case .fetch: "asks a Go module proxy for a file of a version and says who asked (client.address)"
        case .session: "asks a Go module proxy for anything and says who asked (client.address)"
        }
    }
}

extension ResultTable {
    /// Says why there are no rows.
    mutating func explainEmptiness(_ sentence: String, _ format: OutputFormat) {
        if format.isForPeople {
            summary = [sentence]
        } else {
            notes.append(QualityNote(code: "empty_window", message: sentence))
        }
    }

    /// Says why there are no rows by notes that say it all.
    mutating func explainEmptiness(_ reasons: [QualityNote], _ format: OutputFormat) {
        if format.isForPeople {
            summary = reasons.map(\.message)
        } else {
            notes += reasons
        }
    }
}
