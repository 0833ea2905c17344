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
    @OptionGroup var receiver: ReceiverOptions

    @Option(help: "How often each node sends.")
    var every = DurationArgument(seconds: 5)

    @Option(help: "For how long.")
    var duration = DurationArgument(seconds: 60)

    @Option(help: "Spans in each request.")
    var spans = 50

    @Flag(help: "Send from an address a node: 127.1.0.1 and up. The receiver must be on this machine.")
    var ownAddresses = false

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
        let run = NodesRun(
            endpoint: try receiver.endpoint(), bodies: bodies, compresses: receiver.endpoints.gzip,
            intervalNanos: every.nanoseconds, rounds: Int(duration.nanoseconds / every.nanoseconds),
            ownAddresses: ownAddresses)
        try receiver.present(await receiver.measure(connections: count) { await run.run() })
    }

    /// A connection is an open file, and the usual limit is 1,024.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(20_000, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
