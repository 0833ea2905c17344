import Telemetry
import traceq

/// Runs a command line inside the tests, at 2026-08-21T10:00:00Z, and keeps what it says.
struct InMemoryCommandLine {
    let status: CommandStatus
    let output: String
    let diagnostics: String

    static let now = UnixNanos(rawValue: 1_787_306_400_000_000_000)

    init(
        _ arguments: [String], environment: [String: String] = ["HOME": "/nonexistent"],
        terminalWidth: Int? = nil, diagnosticWidth: Int? = nil, input: String = ""
    ) {
        var output = ""
        var diagnostics = ""
        var context = CommandContext(
            environment: environment, isRoot: false, terminalWidth: terminalWidth,
            diagnosticWidth: diagnosticWidth, now: Self.now, write: { output += $0 },
            writeDiagnostic: { diagnostics += $0 })
        context.readInput = { Array(input.utf8.prefix($0 + 1)) }
        status = CommandLineRunner(context: context).run(arguments)
        self.output = output
        self.diagnostics = diagnostics
    }
}
