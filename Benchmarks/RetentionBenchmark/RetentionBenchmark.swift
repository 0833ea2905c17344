import BenchmarkSupport
import Glibc
import Telemetry

/// A day of steady load in some minutes: does the file stay as large as what is kept, and does anybody wait for
/// seals, merges and retention?
///
///     RetentionBenchmark CORPUS DATABASE [MINUTES [HOURS [KEPT_HOURS [SPANS_PER_HOUR [SEAL_SECONDS]]]]]
///
/// HOURS of traffic (default 24) pass in MINUTES (default 5), on a clock that runs so much faster; spans older
/// than KEPT_HOURS (default 6) are deleted. Spans wait for a segment for SEAL_SECONDS (default 10) of real time: with
/// less than a full segment takes, segments are merged all the time. DATABASE must not exist, and stays for queries.
@main
enum RetentionBenchmark {
    private static let usage =
        "usage: RetentionBenchmark CORPUS DATABASE [MINUTES [HOURS [KEPT_HOURS [SPANS_PER_HOUR [SEAL_SECONDS]]]]]"

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { return ProcessUsage.stop(usage) }
        let path = arguments[2]
        let defaults: [Double] = [5, 24, 6, 1e6, 10]
        let numbers = defaults.indices.map { index in
            index + 3 < arguments.count ? Double(arguments[index + 3]) ?? 0 : defaults[index]
        }
        guard numbers.allSatisfy({ $0 > 0 }) else { return ProcessUsage.stop(usage) }
        guard access(path, F_OK) != 0 else { return ProcessUsage.stop("\(path) exists already") }
        guard let corpus = CorpusReader(path: arguments[1], limit: .max), !corpus.requests.isEmpty else {
            return ProcessUsage.stop("\(arguments[1]) is not a corpus file that can be read")
        }
        let (realSeconds, hours, keptHours, spansPerHour) = (
            numbers[0] * 60, numbers[1], numbers[2], numbers[3]
        )
        let spansPerRequest = Double(try spanCount(corpus)) / Double(corpus.requests.count)
        let clock = SimulatedClock(hours: hours, realSeconds: realSeconds)
        let load = SteadyLoad(
            corpus: corpus, baseNanos: corpus.baseNanos,
            requestsPerSecond: spansPerHour * hours / realSeconds / spansPerRequest, realSeconds: realSeconds,
            clock: clock)
        var options = StoreOptions()
        options.clock = { clock.now() }
        options.steadyClock = { clock.now().rawValue }
        options.retainNanos = Int64(keptHours * 3600e9)
        // Spans wait for a segment as long as they would in real time: sealing is what is measured.
        options.sealAfterNanos = Int64(numbers[4] * 1e9 * clock.speed)
        let counts = EventCounts()
        let store = try TelemetryStore.open(path: path, options: options) { counts.hear($0) }
        let sizes = Task { await sampleSizes(of: path, clock, until: realSeconds) }
        let answers = try await run(load, senders: 4, on: store)
        let report = DayReport(
            answers: answers, sizes: await sizes.value, hours: Int(hours), keptHours: Int(keptHours),
            realSeconds: realSeconds)
        report.print()
        await store.close()
        counts.print()
        print(
            "peak memory of the process: \(ProcessUsage.peakResidentBytes() >> 20) MiB, of which the corpus 465 MiB"
        )
    }

    private static func run(
        _ load: SteadyLoad, senders: Int, on store: TelemetryStore
    ) async throws -> [SteadyLoad.Answer] {
        try await withThrowingTaskGroup(of: [SteadyLoad.Answer].self) { group in
            for sender in 0..<senders {
                group.addTask { try await load.send(from: sender, step: senders, to: store) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static func spanCount(_ corpus: CorpusReader) throws -> Int {
        let arrival = Arrival(receivedAt: UnixNanos.now(), peerAddress: "127.0.0.1")
        return try corpus.requests.reduce(0) { count, request in
            count + (try DecodedTraces.fromProtobuf(request.span, arrival: arrival).batch.spanCount)
        }
    }

    /// The size of the file with its log, every half second.
    private static func sampleSizes(
        of path: String, _ clock: SimulatedClock, until end: Double
    ) async -> [DayReport.Size] {
        var sizes: [DayReport.Size] = []
        while clock.elapsedSeconds < end {
            sizes.append(
                DayReport.Size(
                    realSeconds: clock.elapsedSeconds, fileBytes: size(of: path),
                    logBytes: size(of: path + "-wal")))
            try? await Task.sleep(for: .milliseconds(500))
        }
        return sizes
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
