import ArgumentParser
import NIOPosix

/// `fleetgen run`, the default: traffic in real time, or laid over a past window at once.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Send the fleet's spans as its traffic goes on (default).")

    @OptionGroup var fleetOptions: FleetOptions
    @OptionGroup var endpoints: EndpointOptions

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "Transport of the spans; both is as in reality: nginx and Athens over gRPC, Caddy over HTTP "
                + "(default: both, or that of the only endpoint that is given).", valueName: "protocol"))
    var chosenTransport: TransportChoice?

    /// Who names one receiver means that one.
    var transport: TransportChoice {
        if let chosenTransport { return chosenTransport }
        return switch endpoints.onlyTransport {
        case nil: .both
        case .http: .http
        case .grpc: .grpc
        }
    }

    @Option(help: "Client requests a second.")
    var rate = 50.0

    @Option(help: "For how long: 30s, 5m, 1h30m.")
    var duration = DurationArgument(seconds: 30)

    @Option(help: "Lay the same number of requests over this long a time until now, and send them at once.")
    var spread: DurationArgument?

    @Option(help: "Spans in one OTLP request at most.")
    var batch = 512

    @Flag(help: "Send nothing: print what would be sent, with one trace as a sample.")
    var dryRun = false

    func validate() throws {
        guard rate > 0, rate <= 1_000_000 else { throw ValidationError("--rate has to be above 0") }
        guard (1...100_000).contains(batch) else { throw ValidationError("--batch has to be 1 to 100000") }
        guard rate * duration.seconds >= 1 else {
            throw ValidationError("--rate and --duration make less than one request")
        }
    }

    func run() async throws {
        let now = WallClock.nanoseconds()
        let traffic = trafficPlan(now: now)
        let stream = SpanStream(fleet: fleetOptions.fleet, plan: traffic, seed: fleetOptions.seed)
        if dryRun {
            Output.line(DryRun.text(of: stream))
            return
        }
        let group = MultiThreadedEventLoopGroup.singleton
        var senders: [ExportTransport: TraceSender] = [:]
        for kind in EmitterKind.allCases {
            let used = transport.transport(for: kind)
            guard senders[used] == nil else { continue }
            let client = makeTraceClient(for: try endpoints.parsed(used), on: group)
            senders[used] = TraceSender(client: client, compresses: endpoints.gzip)
        }
        let delivery = FleetDelivery(
            stream: stream, plan: traffic, isLive: spread == nil, batchLimit: batch, choice: transport,
            senders: senders)
        var summary = await delivery.run()
        summary.seed = fleetOptions.seed
        for sender in senders.values { await sender.close() }
        Output.line(summary.text)
        if !summary.isComplete { throw ExitCode(1) }
    }

    /// Live traffic starts now; spread traffic ends now.
    func trafficPlan(now: UInt64) -> TrafficPlan {
        guard let spread else {
            return TrafficPlan(start: now, end: now + duration.nanoseconds, requestsPerSecond: rate)
        }
        return TrafficPlan(
            start: now - min(now - 1, spread.nanoseconds), end: now,
            requestsPerSecond: rate * duration.seconds / spread.seconds)
    }
}
