import BenchmarkSupport
import Glibc
import Telemetry

/// Takes a corpus through the stages of ingest inside one process, without sockets and without threads that
/// wait for each other: for profilers, and for counting instructions.
///
///     IngestBenchmark CORPUS STAGE [REQUESTS [SENDERS]]
///
/// STAGE is `decode`, `encode` (with decoding) or `store` (with both, commits and sealing). REQUESTS is how
/// many of the corpus are taken (default: all), SENDERS how many of them at once in `store` (default: 1).
@main
enum IngestBenchmark {
    private enum Stage: String, CaseIterable {
        case decode, encode, store
    }

    private static let usage =
        "usage: IngestBenchmark CORPUS \(Stage.allCases.map(\.rawValue).joined(separator: "|")) "
        + "[REQUESTS [SENDERS]]"

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard (3...5).contains(arguments.count), let stage = Stage(rawValue: arguments[2]) else {
            return ProcessUsage.stop(usage)
        }
        let limit = arguments.count > 3 ? Int(arguments[3]) ?? 0 : .max
        let senders = arguments.count > 4 ? Int(arguments[4]) ?? 0 : 1
        guard limit > 0, senders > 0 else { return ProcessUsage.stop(usage) }
        guard let corpus = CorpusReader(path: arguments[1], limit: limit) else {
            return ProcessUsage.stop("\(arguments[1]) is not a corpus file that can be read")
        }
        let before = ProcessUsage.cpuSeconds()
        let spans: Int
        let journalBytes: Int
        switch stage {
        case .decode: (spans, journalBytes) = try decode(corpus, encodes: false)
        case .encode: (spans, journalBytes) = try decode(corpus, encodes: true)
        case .store: (spans, journalBytes) = try await store(corpus, senders: senders)
        }
        let seconds = ProcessUsage.cpuSeconds() - before
        print(
            "\(stage.rawValue): \(corpus.requests.count) requests, \(spans) spans, "
                + "\(seconds * 1e6 / Double(max(spans, 1))) CPU-s per 1M spans, "
                + "\(Double(journalBytes) / Double(max(spans, 1))) encoded bytes a span")
    }

    private static let arrival = Arrival(receivedAt: UnixNanos.now(), peerAddress: "127.0.0.1")

    private static func decode(_ corpus: CorpusReader, encodes: Bool) throws -> (Int, Int) {
        var spans = 0
        var bytes = 0
        for request in corpus.requests {
            let decoded = try DecodedTraces.fromProtobuf(request.span, arrival: arrival)
            spans += decoded.batch.spanCount
            if encodes { bytes += decoded.batch.encoded().count }
        }
        return (spans, bytes)
    }

    private static func store(_ corpus: CorpusReader, senders: Int) async throws -> (Int, Int) {
        var folder = Array("/tmp/ingest-benchmark.XXXXXX".utf8CString)
        guard mkdtemp(&folder) != nil else { return (0, 0) }
        let path = String(decoding: folder.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { for name in ["/t.db", "/t.db-wal", "/t.db-shm", ""] { remove(path + name) } }
        let store = try TelemetryStore.open(path: path + "/t.db")
        let spans = try await withThrowingTaskGroup(of: Int.self) { group in
            for sender in 0..<senders {
                group.addTask { try await send(corpus, from: sender, step: senders, to: store) }
            }
            return try await group.reduce(0, +)
        }
        await store.close()
        return (spans, 0)
    }

    /// One sender: every `step`th request, each after the answer to the one before.
    private static func send(
        _ corpus: CorpusReader, from first: Int, step: Int, to store: TelemetryStore
    ) async throws -> Int {
        var spans = 0
        for index in stride(from: first, to: corpus.requests.count, by: step) {
            let expectation = store.expectAppend()
            let (decoded, digest) = try decode(corpus.requests[index])
            spans += decoded.batch.spanCount
            _ = try await store.append(.spans(decoded.batch), digest: digest, expectation: expectation)
        }
        return spans
    }

    private static func decode(_ request: [UInt8]) throws -> (DecodedTraces, BodyDigest) {
        let decoded = try DecodedTraces.fromProtobuf(request.span, arrival: arrival)
        return (decoded, BodyDigest(of: request.span))
    }
}
