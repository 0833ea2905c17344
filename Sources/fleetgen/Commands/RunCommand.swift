import ArgumentParser
import Foundation
import NIOPosix

/// `fleetgen run`, the default: traffic in real time, or laid over a past window at once.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Send the fleet's spans as its traffic goes on (default).",
        discussion: """
            EXAMPLES
              fleetgen run --rate 200 --duration 30s --truth truth.ndjson
              fleetgen run --scenario field --duration 1h --rate 5 --record recording --seed 7
            """)

    @OptionGroup var fleetOptions: FleetOptions
    @OptionGroup var scenarioOptions: ScenarioOptions
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

    @Option(
        help: ArgumentHelp(
            "Send nothing: make all at once and write to files there what would arrive, when, and the truth.",
            valueName: "folder"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "Write down what was really going on (fleetgen.truth/1), a JSON object a line.", valueName: "file"
        ))
    var truth: String?

    @Option(
        help: ArgumentHelp(
            "When recorded traffic begins, such as 2026-11-01T00:00:00Z (default: so that it ends now).",
            valueName: "time"))
    var start: TimeArgument?

    @Flag(help: "Send nothing: print what would be sent, with one trace as a sample.")
    var dryRun = false

    func validate() throws {
        guard rate > 0, rate <= 1_000_000 else { throw ValidationError("--rate has to be above 0") }
        guard (1...100_000).contains(batch) else { throw ValidationError("--batch has to be 1 to 100000") }
        guard rate * duration.seconds >= 1 else {
            throw ValidationError("--rate and --duration make less than one request")
        }
        guard start == nil || record != nil else { throw ValidationError("--start needs --record") }
        guard !dryRun || (record == nil && truth == nil) else {
            throw ValidationError("--dry-run writes nothing: leave out --record and --truth")
        }
        guard record == nil || spread == nil else {
            throw ValidationError("--record and --spread exclude each other: what is recorded has no waiting")
        }
        guard record != nil || dryRun || !hasScheduledReports else {
            throw ValidationError(
                "--scenario field, --late, --silent and the faults \(Self.recordedFaults) need --record: what is sent "
                    + "arrives at once, and without metrics")
        }
        let length = spread ?? duration
        let mirrors = scenarioOptions.mirrors
        guard mirrors.allSatisfy({ UInt64($0.nanoseconds) <= length.nanoseconds / 4 }) else {
            throw ValidationError("--mirror needs a run of at least four times its duration")
        }
        try scenarioOptions.validate(nodesOf: fleet)
    }

    private static let recordedFaults = Fault.allCases.filter(\.isOfReporting).map(\.rawValue)
        .joined(separator: ", ")

    /// Whether telemetry is to arrive at other times than those of its sending.
    private var hasScheduledReports: Bool {
        scenarioOptions.scenario == .field || !scenarioOptions.late.isEmpty || !scenarioOptions.silent.isEmpty
            || fleetOptions.fault.contains(where: \.kind.isOfReporting)
    }

    private var fleet: Fleet { fleetOptions.fleet(scenarioOptions.made) }

    func run() async throws {
        let now = WallClock.nanoseconds()
        if let record { return try writeRecording(to: record, now: now) }
        let traffic = trafficPlan(now: now)
        let stream = SpanStream(fleet: fleet, plan: traffic, seed: fleetOptions.seed)
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
            senders: senders, recorder: truth == nil ? nil : recorder(of: stream, plan: traffic))
        var summary = await delivery.run()
        summary.seed = fleetOptions.seed
        for sender in senders.values { await sender.close() }
        if let truth, let told = summary.truth { try write(told, to: truth) }
        Output.line(summary.text)
        if !summary.isComplete { throw ExitCode(1) }
    }

    private func recorder(of stream: SpanStream, plan: TrafficPlan) -> TruthRecorder {
        TruthRecorder(
            fleet: fleet, plan: plan, seed: fleetOptions.seed, publications: stream.publications,
            schedule: ReportingSchedule(fleet: fleet, plan: plan, seed: fleetOptions.seed),
            hasArrivals: false)
    }

    private func writeRecording(to folder: String, now: UInt64) throws {
        let begin = start?.nanoseconds ?? now - min(now - 1, duration.nanoseconds)
        let recording = FleetRecording(
            fleet: fleet,
            plan: TrafficPlan(start: begin, end: begin + duration.nanoseconds, requestsPerSecond: rate),
            seed: fleetOptions.seed, batchLimit: batch)
        do {
            try RecordingFolder.write(recording, to: folder)
        } catch {
            throw ValidationError("cannot write to \(folder): \(error.localizedDescription)")
        }
        if let truth { try write(recording.truth, to: truth) }
        let run = recording.truth.run
        Output.line(
            "wrote \(run.deliveredSpans) spans of \(run.requests) client requests in "
                + "\(recording.deliveries.count) OTLP requests to \(folder); --seed \(fleetOptions.seed)")
    }

    private func write(_ truth: FleetTruth, to path: String) throws {
        do {
            try TruthFile.write(truth, to: path)
        } catch {
            throw ValidationError("cannot write the truth to \(path): \(error.localizedDescription)")
        }
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
