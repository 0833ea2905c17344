import Collector
import Foundation
import OTLPModel
import Telemetry
import TestSupport
import Testing

@Suite("Metrics and logs are taken like traces", .timeLimit(.minutes(15)))
struct SignalExportTests {
    private static let time: UInt64 = 1_790_000_000_000_000_000
    private static let others: [Signal] = [.metrics, .logs]

    /// A request with two points or records; the seed makes it one of its own.
    private func protobuf(_ signal: Signal, seed: UInt64 = 0) -> [UInt8] {
        switch signal {
        case .traces: SampleRequest.protobuf(spans: 2, seed: UInt8(seed + 1))
        case .metrics: metrics([.int(Int64(seed)), .double(0.5)], seed: seed).protobufBytes()
        case .logs: logs(["text \(seed)", "more"]).protobufBytes()
        }
    }

    /// A series has one point at a time: each seed has times of its own, and they are not those of `json`.
    private func metrics(_ values: [PointValue], seed: UInt64 = 0) -> ExportMetricsServiceRequest {
        let first = Self.time + 10 + seed * 10
        let points = values.enumerated().map { MetricPoint($1, time: first + UInt64($0)) }
        let scope = ScopeMetrics(metrics: [Metric("disk.free", .gauge, points)])
        return ExportMetricsServiceRequest(resourceMetrics: [ResourceMetrics(scopeMetrics: [scope])])
    }

    private func logs(_ texts: [String]) -> ExportLogsServiceRequest {
        let records = texts.map { text in
            var record = LogRecord()
            record.timeUnixNano = Self.time
            record.body = .string(text)
            return record
        }
        return ExportLogsServiceRequest(resourceLogs: [
            ResourceLogs(scopeLogs: [ScopeLogs(logRecords: records)])
        ])
    }

    private func json(_ signal: Signal) -> [UInt8] {
        let text =
            switch signal {
            case .traces: ""
            case .metrics:
                #"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"disk.free","gauge":{"dataPoints":["#
                    + #"{"timeUnixNano":"1790000000000000000","asInt":"7"},{"timeUnixNano":1790000000000000001,"#
                    + #""asDouble":0.5}]}}]}]}]}"#
            case .logs:
                #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1790000000000000000","#
                    + #""body":{"stringValue":"text"}},{"timeUnixNano":"1","body":{"intValue":"5"}}]}]}]}"#
            }
        return Array(text.utf8)
    }

    private func path(_ signal: Signal) -> String { "/v1/\(signal.name)" }

    private func service(_ signal: Signal) -> String {
        signal == .metrics
            ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
            : "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
    }

    @Test("B1: protobuf over HTTP is stored and answered with an empty message", arguments: others)
    func protobufIsStored(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(protobuf(signal), path: path(signal))
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/x-protobuf")
            #expect(reply.body == [])
            #expect(try collector.stored(signal) == 2)
        }
    }

    @Test("C4: items of every signal are paid for until they are in a segment", arguments: Signal.allCases)
    func memoryIsPaidFor(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(protobuf(signal), path: path(signal)).status == 200)
            #expect(collector.server.service.inFlight.usedBytes > 0)
            await collector.expectNothingHeld()
        }
    }

    @Test("B2: JSON over HTTP is stored and answered with an empty object", arguments: others)
    func jsonIsStored(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(json(signal), path: path(signal), type: "application/json")
            #expect(reply.status == 200)
            #expect(String(decoding: reply.body, as: UTF8.self) == "{}")
            #expect(try collector.stored(signal) == 2)
        }
    }

    @Test("a call over gRPC is stored, with gzip and zstd too", arguments: others)
    func grpcIsStored(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let plain = try await client.call(
                GRPCClient.headers(path: service(signal)), parts: [GRPCClient.framed(protobuf(signal))])
            #expect(plain.status == 0)
            #expect(plain.body == [0, 0, 0, 0, 0])
            for (name, seed) in [("gzip", 1), ("zstd", 2)] as [(String, UInt64)] {
                let body = protobuf(signal, seed: seed)
                let packed = name == "gzip" ? Gzip.stored(body) : ZstdFrame.stored(body)
                let answer = try await client.call(
                    GRPCClient.headers(path: service(signal), [("grpc-encoding", name)]),
                    parts: [GRPCClient.framed(packed, isCompressed: true)])
                #expect(answer.status == 0)
            }
            #expect(try collector.stored(signal) == 6)
        }
    }

    @Test("B5: empty requests are successes", arguments: others)
    func empty(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post([], path: path(signal)).status == 200)
            let json = try await collector.post(
                Array("{}".utf8), path: path(signal), type: "application/json")
            #expect(json.status == 200)
            #expect(try collector.stored(signal) == 0)
        }
    }

    @Test("B7: the same request twice is stored once", arguments: others)
    func repeated(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            for _ in 0..<2 {
                #expect(try await collector.post(protobuf(signal), path: path(signal)).status == 200)
            }
            #expect(try collector.stored(signal) == 2)
        }
    }

    @Test(
        "C1: what cannot be decoded is 400, with a Status in the encoding of the request", arguments: others)
    func undecodable(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            let cut = try await collector.post(Array(protobuf(signal).dropLast()), path: path(signal))
            #expect(cut.status == 400)
            #expect(RPCStatus(protobuf: cut.body)?.code == 3)
            let json = try await collector.post(Array("{".utf8), path: path(signal), type: "application/json")
            #expect(json.status == 400)
            let client = try await collector.connectGRPC()
            let call = try await client.call(
                GRPCClient.headers(path: service(signal)), parts: [GRPCClient.framed([0xff])])
            #expect(call.status == 3)
            #expect(try collector.stored(signal) == 0)
        }
    }

    @Test("B3: a point that cannot be is refused alone, under its own name")
    func rejectedPoint() async throws {
        try await TestCollector.with { collector async throws in
            var histogram = HistogramValue()
            histogram.count = 1
            histogram.bucketCounts = [1, 2, 3]
            histogram.explicitBounds = [1]
            var request = metrics([.int(1)])
            request.resourceMetrics[0].scopeMetrics[0].metrics.append(
                Metric("bad", .histogram, [MetricPoint(.histogram(histogram), time: Self.time)]))
            let reply = try await collector.post(request.protobufBytes(), path: path(.metrics))
            #expect(reply.status == 200)
            #expect(reply.body.dropFirst(2).prefix(3) == [0x08, 1, 0x12])
            #expect(try collector.stored(.metrics) == 1)
        }
    }

    @Test("B4: a record whose ids are odd is stored without them, and the answer warns of it")
    func warnedOf() async throws {
        try await TestCollector.with { collector async throws in
            var request = logs(["text"])
            request.resourceLogs[0].scopeLogs[0].logRecords[0].traceID = [1, 2, 3]
            let reply = try await collector.post(request.protobufBytes(), path: path(.logs))
            #expect(reply.status == 200)
            // partial_success with an error_message and no rejected items
            #expect(reply.body.dropFirst(2).first == 0x12)
            #expect(try collector.stored(.logs) == 1)
        }
    }

    @Test("passwords in URLs are stored neither with points nor with records, whatever their bodies are")
    func secretsAreTakenOut() async throws {
        try await TestCollector.with { collector async throws in
            let url = AnyValue.string("https://user:hunter2@example.org/")
            var points = metrics([.int(1)])
            points.resourceMetrics[0].scopeMetrics[0].metrics[0].points[0].attributes = [KeyValue("url", url)]
            points.resourceMetrics[0].resource.attributes = [KeyValue("origin", url)]
            var records = logs(["to https://user:hunter2@example.org/", "", ""])
            records.resourceLogs[0].scopeLogs[0].logRecords[1].body = .keyValueList([KeyValue("url", url)])
            records.resourceLogs[0].scopeLogs[0].logRecords[2].attributes = [KeyValue("url", url)]
            #expect(try await collector.post(points.protobufBytes(), path: path(.metrics)).status == 200)
            #expect(try await collector.post(records.protobufBytes(), path: path(.logs)).status == 200)
            #expect(try collector.stored(.metrics) == 1)
            #expect(try collector.stored(.logs) == 3)
            await collector.store.close()
            let file = try Data(contentsOf: URL(fileURLWithPath: collector.databasePath))
            #expect(file.range(of: Data("hunter2".utf8)) == nil)
            #expect(file.range(of: Data("example.org".utf8)) != nil)
        }
    }

    /// Names of enum values and keys as protobuf has them.
    private func looseJSON(_ signal: Signal) -> [UInt8] {
        let text =
            signal == .metrics
            ? #"{"resource_metrics":[{"scope_metrics":[{"metrics":[{"name":"hits","sum":{"is_monotonic":true,"#
                + #""aggregation_temporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","data_points":["#
                + #"{"time_unix_nano":"1790000000000000005","as_int":"7"}]}}]}]}]}"#
            : #"{"resource_logs":[{"scope_logs":[{"log_records":[{"time_unix_nano":"1790000000000000000","#
                + #""severity_number":"SEVERITY_NUMBER_WARN","body":{"string_value":"text"}}]}]}]}"#
        return Array(text.utf8)
    }

    @Test(
        "E3, E5: names of enum values and keys in snake_case are taken of points and records, too, and told of once",
        arguments: others)
    func looseJSONIsToldOf(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            for _ in 0..<2 {
                let reply = try await collector.post(
                    looseJSON(signal) + [UInt8(ascii: " ")], path: path(signal), type: "application/json")
                #expect(reply.status == 200)
            }
            #expect(try collector.stored(signal) == 1)
            let stored =
                signal == .metrics
                ? try collector.rows("SELECT temporality, monotonic, value FROM points")
                : try collector.rows("SELECT severity, time_ns, body FROM logs")
            #expect(
                stored
                    == (signal == .metrics
                        ? [[.text("cumulative"), .integer(1), .integer(7)]]
                        : [[.text("WARN"), .integer(1_790_000_000_000_000_000), .text("text")]]))
            let lines = await collector.log.rest()
            #expect(lines.count { $0.contains("kind=enum_names") } == 1)
            #expect(lines.count { $0.contains("kind=snake_case") } == 1)
        }
    }

    @Test("J1: at the root they are told apart by their bodies", arguments: others)
    func root(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(protobuf(signal), path: "/").status == 200)
            #expect(try await collector.post(json(signal), path: "/", type: "application/json").status == 200)
            #expect(try collector.stored(signal) == 4)
        }
    }

    @Test("J5: at another signal's path they are stored as what they are", arguments: Signal.allCases)
    func otherPath(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            for (index, other) in Signal.allCases.enumerated() {
                let reply = try await collector.post(protobuf(signal, seed: UInt64(index)), path: path(other))
                #expect(reply.status == 200)
            }
            #expect(try collector.stored(signal) == 6)
            let lines = await collector.log.rest().filter { $0.contains("kind=wrong_signal_path") }
            #expect(lines.count == 1)
        }
    }

    @Test("hostile 60: logs are taken, profiles are 404 with what is")
    func logsAndProfiles() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(protobuf(.logs), path: path(.logs)).status == 200)
            let profiles = try await collector.post([], path: "/v1development/profiles")
            #expect(profiles.status == 404)
            #expect(RPCStatus(protobuf: profiles.body)?.message.contains("profiles are not taken") == true)
        }
    }
}
