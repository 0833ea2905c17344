import ArgumentParser
import Foundation
import OTLPModel

/// `fleetgen load`: measures how fast and at what cost a receiver takes spans.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Send prepared requests as fast as they are answered, and measure.")

    @OptionGroup var fleetOptions: FleetOptions
    @OptionGroup var receiver: ReceiverOptions

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

    @Option(help: "Send the requests over and over for this long, each time with other ids.")
    var duration: DurationArgument?

    @Option(help: "Wait this long after the last answer and count the receiver's CPU time again.")
    var settle: DurationArgument?

    func validate() throws {
        guard (1...1_000_000).contains(requests) else {
            throw ValidationError("--requests has to be 1 to 1000000")
        }
        guard (1...100_000).contains(spans) else { throw ValidationError("--spans has to be 1 to 100000") }
        guard (1...1_000).contains(connections) else {
            throw ValidationError("--connections has to be 1 to 1000")
        }
        guard settle == nil || receiver.pid != nil else { throw ValidationError("--settle needs --pid") }
    }

    func run() async throws {
        let compresses = receiver.endpoints.gzip
        // Ids can be made others only in bodies that are not compressed.
        let bodies = try prepare(compresses: compresses && duration == nil)
        let run = LoadRun(
            endpoint: try receiver.endpoint(), bodies: bodies, connectionCount: connections,
            duration: duration.map { .nanoseconds(Int64($0.nanoseconds)) }, compresses: compresses)
        try receiver.present(
            await receiver.measure(connections: connections, settle: settle) { await run.run() })
    }

    private func prepare(compresses: Bool) throws -> [LoadBody] {
        let now = WallClock.nanoseconds()
        guard let corpus else {
            Output.status("making \(requests) requests of \(spans) spans\n")
            return LoadBodies.generated(
                count: requests, spansPerBody: spans, fleet: fleetOptions.fleet,
                seed: fleetOptions.seed ^ SplitMix.mixed(salt), end: now, compresses: compresses)
        }
        let file: CorpusFile
        do {
            file = try CorpusFile(path: corpus, limit: requests)
        } catch {
            throw ValidationError("cannot read \(corpus): \(error)")
        }
        guard file.count > 0 else { throw ValidationError("\(corpus) has no request: make it again") }
        let rewriter = RequestRewriter(shiftNanos: now &- file.baseNanos, salt: salt)
        return try (0..<file.count).map { index in
            var bytes = file.bytes(at: index)
            do {
                try rewriter.rewrite(&bytes)
            } catch {
                throw ValidationError("cannot send request \(index + 1) of \(corpus): \(error)")
            }
            return LoadBody(
                spanCount: file.spanCount(at: index), bytes: bytes, compresses: compresses)
        }
    }
}
