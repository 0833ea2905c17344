import ArgumentParser
import Telemetry

/// How a command shows its result.
struct OutputOptions: ParsableArguments {
    @Option(help: "The form of the result (default: TRACEQ_FORMAT, else table).")
    var format: OutputFormat?

    @Flag(help: "The same as --format json.")
    var json = false

    @Option(help: ArgumentHelp("When to use colour.", valueName: "when"))
    var color = ColourChoice.auto

    @Flag(name: .customLong("no-color"), help: "The same as --color never.")
    var noColor = false

    @OptionGroup var timeZone: ZoneOption

    @Option(
        help: ArgumentHelp(
            "Columns that tables may take (default: the terminal's; no limit in a pipe).",
            valueName: "columns"))
    var width: Int?

    func validate() throws {
        if let width, !(20...10_000).contains(width) {
            throw ValidationError("--width is \(width); it must lie between 20 and 10000")
        }
        if json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other; give one")
        }
    }

    /// - Throws: `CommandFailure` for a TRACEQ_FORMAT that is no format.
    func resolvedFormat(in context: CommandContext) throws(CommandFailure) -> OutputFormat {
        if json { return .json }
        if let format { return format }
        guard let name = context.environment["TRACEQ_FORMAT"], !name.isEmpty else { return .table }
        guard let format = OutputFormat(rawValue: name) else {
            let known = OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "TRACEQ_FORMAT is '\(DisplayText.escaped(name))'; set it to one of \(known), or unset it")
        }
        return format
    }

    /// - Throws: `CommandFailure` for a zone that does not exist.
    func style(in context: CommandContext) throws(CommandFailure) -> RenderStyle {
        let choice = noColor ? ColourChoice.never : color
        return RenderStyle(
            colour: choice.isOn(environment: context.environment, isTerminal: context.terminalWidth != nil),
            width: width ?? context.terminalWidth,
            zone: try timeZone.rules())
    }
}
