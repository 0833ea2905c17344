import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

extension TelemetryStore {
    /// Appends log records as a receiver does.
    @discardableResult
    func append(_ request: ExportLogsServiceRequest) async throws -> AppendOutcome {
        let body = request.protobufBytes()
        let decoded = try DecodedLogs.fromProtobuf(body.span, arrival: someArrival)
        return try await append(.logs(decoded.batch), digest: BodyDigest(of: body.span))
    }
}

@Suite("Log records are stored as spans are", .timeLimit(.minutes(15)))
struct LogStoreTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Stores generated requests of both signals.
    /// - Returns: the canonical bytes of all log records
    private func store(seed: UInt64, sealing spans: Int, requests: Int = 60) async throws -> [[UInt8]] {
        var generator = RequestGenerator(seed: seed)
        var options = StoreOptions.sealing(every: spans)
        options.durability = .process
        options.mergePlan.fanIn = 1_000
        let store = try TelemetryStore.open(path: path, options: options)
        var all: [[UInt8]] = []
        for _ in 0..<requests {
            try await store.append(generator.request())
            let request = generator.logsRequest()
            let outcome = try await store.append(request)
            if outcome == .stored { all += request.canonicalRecords() }
        }
        await store.close()
        return all.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func stored() throws -> [[UInt8]] {
        let reader = try TelemetryReader(path: path)
        let views = try reader.snapshot { () throws(StoreError) in try reader.views(of: .logs) { _ in true } }
        return try views.flatMap { try $0.storedRecords() }.canonicalRecords()
    }

    private func number(_ sql: String) throws -> Int64? {
        try Connection(path: path, mode: .readOnly).integer(sql)
    }

    @Test("In the journal, in segments and after merging every record is there as it came, beside spans")
    func everywhere() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        let sent = try await store(seed: seed, sealing: .max)
        #expect(try number("SELECT count(*) FROM segment") == 0)
        #expect(try stored() == sent, "seed \(seed)")
        // A restart seals what is in the journal.
        let (sealed, sealing) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let again = try TelemetryStore.open(path: path) { event in
            if event.name == "store.sealed" { sealing.yield() }
        }
        for await _ in sealed { break }
        await again.close()
        #expect(try number("SELECT count(*) FROM journal") == 0)
        #expect(try number("SELECT count(*) FROM segment WHERE signal = 3") ?? 0 > 0)
        #expect(try stored() == sent, "seed \(seed)")
    }

    @Test("Merging leaves every record as it was, and never mixes signals", arguments: 0..<3)
    func merging(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        let sent = try await store(seed: seed, sealing: 30)
        #expect(try number("SELECT count(*) FROM segment WHERE signal = 3") ?? 0 > 2)
        #expect(try stored() == sent, "seed \(seed)")
        var plan = MergePlan()
        plan.rangeNanosMax = .max
        plan.spansEnough = 200
        plan.spansMax = 400
        let result = try SegmentMerging(path: path, plan: plan).run()
        #expect(result.segmentsNow < result.segmentsBefore)
        #expect(result.damages.isEmpty)
        #expect(try stored() == sent, "seed \(seed)")
        let report = try DatabaseVerification(path: path).run()
        #expect(report.damages.isEmpty, "seed \(seed): \(report.damages)")
    }

    @Test("A request that comes again byte for byte is stored once")
    func repeated() async throws {
        var record = LogRecord()
        record.timeUnixNano = 1_790_000_000_000_000_000
        let request = Sample.logsRequest([record, record])
        let store = try TelemetryStore.open(path: path)
        #expect(try await store.append(request) == .stored)
        #expect(try await store.append(request) == .duplicate)
        await store.close()
        #expect(try stored() == request.canonicalRecords())
    }

    @Test("A changed byte in any chunk of a segment of log records is found, and costs no other segment")
    func damage() async throws {
        _ = try await store(seed: 11, sealing: 40)
        let segment = try #require(try number("SELECT min(id) FROM segment WHERE signal = 3"))
        let before = try stored().count
        let others = try #require(
            try number("SELECT sum(spans) FROM segment WHERE signal = 3 AND id != \(segment)"))
        let journal =
            Int64(before) - others - (try number("SELECT spans FROM segment WHERE id = \(segment)") ?? 0)
        let chunks = try #require(
            try number("SELECT count(*) FROM chunk WHERE id >> 16 = \(segment)"))
        for place in 0..<chunks {
            let connection = try Connection(path: path, mode: .readWrite)
            let id = try #require(
                try connection.integer(
                    "SELECT id FROM chunk WHERE id >> 16 = \(segment) ORDER BY id LIMIT 1 OFFSET \(place)"))
            try connection.execute("CREATE TEMP TABLE kept AS SELECT data FROM chunk WHERE id = \(id)")
            try connection.execute(
                "UPDATE chunk SET data = substr(data, 1, length(data) - 1) WHERE id = \(id)")
            let report = try DatabaseVerification(path: path).run()
            #expect(!report.damages.isEmpty, "chunk \(id & 0xffff)")
            let reader = try TelemetryReader(path: path)
            let result = try reader.exportLogs(SpanSelection()) { _ in true }
            #expect(Int64(result.spans) >= others + journal, "chunk \(id & 0xffff)")
            try connection.execute("UPDATE chunk SET data = (SELECT data FROM kept) WHERE id = \(id)")
        }
    }

    @Test("An export as OTLP, in both encodings, gives all records, or those of a window")
    func export() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        let sent = try await store(seed: seed, sealing: 50)
        var protobuf: [[UInt8]] = []
        var json: [[UInt8]] = []
        let result = try TelemetryReader(path: path).exportLogs(SpanSelection()) { chunk in
            protobuf += chunk.request.canonicalRecords()
            let text = Array(JSONNode(chunk.request).text.utf8)
            json += (try? decodeLogsRequest(json: text.span))?.canonicalRecords() ?? []
            return true
        }
        #expect(result.spans == sent.count)
        #expect(protobuf.sorted { $0.lexicographicallyPrecedes($1) } == sent, "seed \(seed)")
        #expect(json.count == sent.count)
        let moment = UnixNanos(rawValue: 1_790_000_000_000_000_000)
        let window = TimeWindow(since: moment, until: moment.advanced(byNanos: 1))
        var times: Set<UInt64> = []
        _ = try TelemetryReader(path: path).exportLogs(SpanSelection(window: window)) { chunk in
            for element in chunk.records {
                let record = element.stored.record
                times.insert(record.timeUnixNano != 0 ? record.timeUnixNano : record.observedTimeUnixNano)
            }
            return true
        }
        #expect(times == [1_790_000_000_000_000_000])
    }
}
