import ArgumentParser
import Telemetry

/// `traceq trace`: one trace, drawn or listed.
struct TraceCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show one trace as a waterfall, or as data with everything that is stored.",
        usage: "traceq trace <id> <options>",
        discussion: """
            EXAMPLES
              traceq trace 0af7651916cd43dd8448eb211c80319c  by its id
              traceq trace 0af76519                          by a unique beginning of it
              traceq trace 0af76519 --attributes             with all attributes
              traceq trace 0af76519 --format json            all that is stored, as data

            Marks: ✗ error, ~ partly outside the parent's time (clock skew), ? parent not stored, \
            ⟲ circle of parents. SELF is the time that no child covers.
            """)

    @Argument(help: ArgumentHelp("A trace id, or a unique beginning of one.", valueName: "id"))
    var id: String

    @OptionGroup var common: CommonOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp(
            "How many spans to show at most (default: 1000 in the waterfall, else all).", valueName: "count"))
    var limit: Int?

    @Flag(help: "List the attributes of each span in the waterfall.")
    var attributes = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it must be at least 1") }
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let prefix = try TraceIDPrefix(typed: id)
        let reader = try common.openFleetReader(in: context)
        switch try reader.trace(prefix: prefix.digits) {
        case .found(let traceID, let spans, let notes):
            let story = try reader.story(of: traceID, spans)
            write(
                TraceTree(story?.spans ?? spans), traceID: traceID, notes: notes, story, as: format,
                style: style,
                to: context)
            return .success
        case .ambiguous(let matches): throw prefix.ambiguity(matches)
        case .notFound(let notes):
            let info = try reader.info()
            throw absence(prefix, info: info, notes: notes)
        }
    }

    private func write(
        _ tree: TraceTree, traceID: TraceID, notes: [QualityNote], _ story: TraceStory?,
        as format: OutputFormat, style: RenderStyle,
        to context: CommandContext
    ) {
        guard format == .table else {
            let table = ResultTable.trace(
                tree, notes: notes, limit: limit ?? .max, zone: style.zone, isForPeople: format.isForPeople,
                story: story)
            return context.write(table, as: format, style: style)
        }
        var output = OutputBuffer(receive: context.write)
        Waterfall(
            tree: tree, traceID: traceID, notes: notes, style: style, spanLimit: limit ?? 1000,
            listsAttributes: attributes, story: story
        ).write(to: &output)
    }

    private func absence(_ prefix: TraceIDPrefix, info: DatabaseInfo, notes: [QualityNote]) -> CommandFailure
    {
        let path = DisplayText.escaped(info.path)
        let found =
            info.spans == 0
            ? "\(path) is empty" : "\(path) holds \(HumanUnits.count(info.spans)) spans of others"
        return prefix.absence(
            found + "; 'traceq slowest --since 1d' lists ids, and --db names another database", notes)
    }
}
