import ArgumentParser
import Glibc

/// `fleetgen nodes`: as many senders as a fleet has, each with a connection of its own and little to say.
struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "Be many nodes, each with one connection and a batch every few seconds, and measure.",
        discussion: """
            EXAMPLES
              fleetgen nodes --nodes 3000 --duration 3m --pid $(pidof traceq-collector)
              fleetgen nodes --nodes 200 --every 1s --protocol grpc --own-addresses
            """)

    @OptionGroup var fleetOptions: FleetOptions
    @OptionGroup var endpoints: EndpointOptions

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "Transport of the requests (default: http, or that of the only endpoint that is given).",
            valueName: "protocol"))
    var chosenTransport: ExportTransport?

    private var transport: ExportTransport { chosenTransport ?? endpoints.onlyTransport ?? .http }

    @Option(help: "How often each node sends.")
    var every = DurationArgument(seconds: 5)

    @Option(help: "For how long.")
    var duration = DurationArgument(seconds: 60)

    @Option(help: "Spans in each request.")
    var spans = 50

    @Flag(help: "Send from an address a node: 127.1.0.1 and up. The receiver must be on this machine.")
    var ownAddresses = false

    @Option(help: "Process of the receiver, on this machine, whose CPU time and memory are to be told.")
    var pid: Int32?

    @Option(help: "Format of the figures.")
    var format = LoadCommand.Format.text

    func validate() throws {
        guard (1...10_000).contains(spans) else { throw ValidationError("--spans has to be 1 to 10000") }
        guard every.nanoseconds <= duration.nanoseconds else {
            throw ValidationError("--duration has to be at least as long as --every")
        }
    }

    func run() async throws {
        let count = fleetOptions.nodes
        Self.raiseFileLimit()
        Output.status("making \(count) requests of \(spans) spans\n")
        let bodies = LoadBodies.generated(
            count: count, spansPerBody: spans, fleet: fleetOptions.fleet, seed: fleetOptions.seed,
            end: WallClock.nanoseconds(), compresses: false)
        let before = pid.flatMap { ProcessUsage(pid: $0) }
        if let pid, before == nil {
            throw ValidationError("there is no process \(pid): give --pid the receiver's")
        }
        let ownBefore = ProcessUsage.ownCPUSeconds()
        let run = NodesRun(
            endpoint: try endpoints.parsed(transport), bodies: bodies, compresses: endpoints.gzip,
            intervalNanos: every.nanoseconds, rounds: Int(duration.nanoseconds / every.nanoseconds),
            ownAddresses: ownAddresses)
        let outcome = await run.run()
        var report = LoadReport(outcome, connections: count)
        report.senderCpuSeconds = ProcessUsage.ownCPUSeconds() - ownBefore
        if let before, let pid, let after = ProcessUsage(pid: pid) {
            report.setServerCPU(after.cpuSeconds - before.cpuSeconds)
            report.serverPeakResidentBytes = after.peakResidentBytes
        }
        Output.line(format == .json ? try report.json() : report.text)
        if report.rejectedSpans + report.lostSpans > 0 { throw ExitCode(1) }
    }

    /// A connection is an open file, and the usual limit is 1,024.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(20_000, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
