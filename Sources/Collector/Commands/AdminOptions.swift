import ArgumentParser
import Glibc
import NIOHTTP1
import Telemetry

/// What `status` and `doctor` accept.
struct AdminOptions: ParsableArguments {
    /// When to use colour.
    enum Colour: String, CaseIterable, ExpressibleByArgument {
        case auto, always, never
    }

    @Option(
        help: ArgumentHelp(
            "The collector's admin port. (default: TRACEQ_ADMIN, else 127.0.0.1:4319)",
            valueName: "[host:]port"))
    var admin: String?

    @Option(help: "The form of the result.")
    var format = ReportOutput.Format.table

    @Flag(help: "The same as --format json.")
    var json = false

    @Option(help: ArgumentHelp("When to use colour.", valueName: "when"))
    var color = Colour.auto

    @Flag(name: .customLong("no-color"), help: "The same as --color never.")
    var noColor = false

    @Option(
        help: ArgumentHelp(
            "Columns that lines may take. (default: the terminal's; no limit in a pipe)", valueName: "columns"
        ))
    var width: Int?

    func validate() throws {
        if let width, !(20...10_000).contains(width) {
            throw ValidationError("--width is \(width); it must lie between 20 and 10000")
        }
    }

    /// Asks the collector for a report, prints it, and ends with 2 when it tells of a problem.
    /// - Parameter path: of the report
    func show(_ path: String) async throws {
        signal(SIGPIPE, SIG_IGN)
        let named = admin ?? StandardOutput.variable("TRACEQ_ADMIN")
        let address = try named.map { try ListenAddress(parsing: $0) } ?? CollectorSettings().adminAddress
        guard let address else { return }
        let output = ReportOutput(
            format: json ? .json : format, width: width ?? StandardOutput.terminalWidth, colour: usesColour)
        let reply = try await AdminClient(address: address).get("\(path)?\(output.query)")
        guard reply.status == .ok, let problems = reply.headers.first(name: AdminAnswer.problemsHeader) else {
            throw CollectorError(
                .usage, "\(address) is no collector's admin port: name another one with --admin HOST:PORT")
        }
        StandardOutput.write(reply.body)
        if problems != "0" { throw ExitCode(2) }
    }

    private var usesColour: Bool {
        if noColor { return false }
        switch color {
        case .always: return true
        case .never: return false
        case .auto:
            guard StandardOutput.variable("NO_COLOR") == nil else { return false }
            if let force = StandardOutput.variable("FORCE_COLOR"), force != "0" { return true }
            return StandardOutput.terminalWidth != nil && StandardOutput.variable("TERM") != "dumb"
        }
    }
}

extension ReportOutput.Format: ExpressibleByArgument {}
