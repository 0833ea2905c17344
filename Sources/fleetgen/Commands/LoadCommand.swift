import ArgumentParser
import Foundation
import OTLPModel

/// `fleetgen load`: measures how fast and at what cost a receiver takes spans.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Send prepared requests as fast as they are answered, and measure.")

    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case text
        case json
    }

    @OptionGroup var fleetOptions: FleetOptions
    @OptionGroup var endpoints: EndpointOptions

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "Transport of the requests (default: http, or that of the only endpoint that is given).",
            valueName: "protocol"))
    var chosenTransport: ExportTransport?

    private var transport: ExportTransport { chosenTransport ?? endpoints.onlyTransport ?? .http }

    @Option(help: "Number of requests.")
    var requests = 200

    @Option(help: "Spans in each request.")
    var spans = 1_000

    @Option(help: "Connections, each with one request at a time.")
    var connections = 4

    @Option(help: "Send the requests of this corpus file, moved to the present, instead of the fleet's.")
    var corpus: String?

    @Option(help: "Makes the ids of repeated runs differ.")
    var salt: UInt64 = 0

    @Option(help: "Process of the receiver, on this machine, whose CPU time and memory are to be told.")
    var pid: Int32?

    @Option(help: "Wait this long after the last answer and count the receiver's CPU time again.")
    var settle: DurationArgument?

    @Option(help: "Format of the figures.")
    var format = Format.text

    func validate() throws {
        guard (1...1_000_000).contains(requests) else {
            throw ValidationError("--requests has to be 1 to 1000000")
        }
        guard (1...100_000).contains(spans) else { throw ValidationError("--spans has to be 1 to 100000") }
        guard (1...1_000).contains(connections) else {
            throw ValidationError("--connections has to be 1 to 1000")
        }
        guard settle == nil || pid != nil else { throw ValidationError("--settle needs --pid") }
    }

    func run() async throws {
        let bodies = try prepare()
        let before = try usage()
        let ownBefore = ProcessUsage.ownCPUSeconds()
        let run = LoadRun(
            endpoint: try endpoints.parsed(transport), bodies: bodies, connectionCount: connections)
        let outcome = await run.run()
        var report = LoadReport(outcome, connections: connections)
        report.senderCpuSeconds = ProcessUsage.ownCPUSeconds() - ownBefore
        if let before, let after = try usage() {
            report.setServerCPU(after.cpuSeconds - before.cpuSeconds)
            report.serverPeakResidentBytes = after.peakResidentBytes
            if let settle {
                try await Task.sleep(for: .nanoseconds(Int64(settle.nanoseconds)))
                if let settled = try usage() {
                    report.setSettledServerCPU(settled.cpuSeconds - before.cpuSeconds)
                    report.serverPeakResidentBytes = settled.peakResidentBytes
                }
            }
        }
        Output.line(format == .json ? try report.json() : report.text)
        if report.rejectedSpans + report.lostSpans > 0 { throw ExitCode(1) }
    }

    private func usage() throws -> ProcessUsage? {
        guard let pid else { return nil }
        guard let usage = ProcessUsage(pid: pid) else {
            throw ValidationError("there is no process \(pid): give --pid the receiver's")
        }
        return usage
    }

    private func prepare() throws -> [LoadBody] {
        let now = WallClock.nanoseconds()
        guard let corpus else {
            Output.status("making \(requests) requests of \(spans) spans\n")
            return LoadBodies.generated(
                count: requests, spansPerBody: spans, fleet: fleetOptions.fleet,
                seed: fleetOptions.seed ^ SplitMix.mixed(salt), end: now, compresses: endpoints.gzip)
        }
        let file: CorpusFile
        do {
            file = try CorpusFile(path: corpus, limit: requests)
        } catch {
            throw ValidationError("cannot read \(corpus): \(error)")
        }
        let rewriter = RequestRewriter(shiftNanos: now &- file.baseNanos, salt: salt)
        return try (0..<file.count).map { index in
            var bytes = file.bytes(at: index)
            do {
                try rewriter.rewrite(&bytes)
            } catch {
                throw ValidationError("cannot send request \(index + 1) of \(corpus): \(error)")
            }
            return LoadBody(
                spanCount: file.spanCount(at: index), bytes: bytes, compresses: endpoints.gzip)
        }
    }
}

extension ExportTransport: ExpressibleByArgument {}
