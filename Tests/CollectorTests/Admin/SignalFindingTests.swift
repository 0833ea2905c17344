import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

/// Real requests with metrics and logs to a real collector, and what `doctor` then says of their sender.
@Suite("What doctor finds in metrics and logs", .timeLimit(.minutes(15)))
struct SignalFindingTests {
    private static let named = [
        KeyValue("service.name", .string("modproxy")), KeyValue("service.instance.id", .string("edge-1")),
        KeyValue("telemetry.sdk.language", .string("go")),
    ]
    private static let others: [Signal] = [.metrics, .logs]

    private struct Body {
        var signal: Signal
        var bytes: [UInt8]
    }

    private let now = UInt64(UnixNanos.now().rawValue) - 1_000_000

    private func metrics(
        _ attributes: [KeyValue] = named, type: MetricType = .sum,
        _ temporality: AggregationTemporality = .cumulative,
        _ change: (inout MetricPoint) -> Void = { _ in }
    ) -> Body {
        var point = MetricPoint(.int(5), time: now)
        point.startTimeUnixNano = now - 5_000_000_000
        change(&point)
        var metric = Metric("requests", type, [point])
        metric.temporality = temporality
        metric.isMonotonic = true
        var resource = ResourceMetrics(scopeMetrics: [ScopeMetrics(metrics: [metric])])
        resource.resource.attributes = attributes
        let request = ExportMetricsServiceRequest(resourceMetrics: [resource])
        return Body(signal: .metrics, bytes: request.protobufBytes())
    }

    private func logs(
        _ attributes: [KeyValue] = named, count: Int = 1, _ change: (inout LogRecord) -> Void = { _ in }
    ) -> Body {
        let records = (0..<count).map { _ in
            var record = LogRecord()
            record.timeUnixNano = now
            record.observedTimeUnixNano = now
            record.body = .string("text")
            change(&record)
            return record
        }
        var resource = ResourceLogs(scopeLogs: [ScopeLogs(logRecords: records)])
        resource.resource.attributes = attributes
        return Body(
            signal: .logs, bytes: ExportLogsServiceRequest(resourceLogs: [resource]).protobufBytes())
    }

    private func body(
        _ signal: Signal, _ attributes: [KeyValue] = named, attributesOfItem: [KeyValue] = []
    ) -> Body {
        signal == .metrics
            ? metrics(attributes) { $0.attributes = attributesOfItem }
            : logs(attributes) { $0.attributes = attributesOfItem }
    }

    private func traces() -> Body {
        var request = SampleRequest.request()
        request.resourceSpans[0].resource.attributes = Self.named
        request.resourceSpans[0].scopeSpans[0].spans[0].startTimeUnixNano = now - 1_000
        request.resourceSpans[0].scopeSpans[0].spans[0].endTimeUnixNano = now
        return Body(signal: .traces, bytes: request.protobufBytes())
    }

    /// The findings after some requests, as `doctor --format json` has them.
    private func findings(after bodies: [Body]) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        try await TestCollector.with { collector async throws in
            for body in bodies {
                let reply = try await collector.post(body.bytes, path: "/v1/\(body.signal.name)")
                #expect(reply.status == 200)
            }
            let connection = try await WireConnection(port: collector.adminPort)
            defer { connection.close() }
            connection.send("GET /doctor?format=json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let json = try JSONValue(parsing: try await connection.reply().text)
            found = json["senders"]?.elements.first?["findings"]?.elements ?? []
        }
        return found
    }

    private func details(after bodies: [Body]) async throws -> [String: String] {
        var details: [String: String] = [:]
        for finding in try await findings(after: bodies) {
            details[finding["finding"]?.text ?? ""] = finding["detail"]?.text ?? ""
        }
        return details
    }

    @Test("nothing of a sender that does everything right", arguments: others)
    func goodSender(signal: Signal) async throws {
        #expect(try await details(after: [body(signal)]).isEmpty)
    }

    @Test("no service.name, no instance, and service.name twice", arguments: others)
    func identity(signal: Signal) async throws {
        #expect(
            try await details(after: [body(signal, [])]).keys.sorted() == [
                "no_instance_id", "no_service_name",
            ])
        let twice = Self.named + [KeyValue("service.name", .string("other"))]
        #expect(try await details(after: [body(signal, twice)]) == ["duplicate_service_name": "2 times"])
    }

    @Test(
        "J13: times in seconds, milliseconds or microseconds are told, each of the two that an item has",
        arguments: [
            ("seconds", 1_000_000_000), ("milliseconds", 1_000_000), ("microseconds", 1_000),
        ] as [(String, UInt64)])
    func wrongUnit(unit: String, factor: UInt64) async throws {
        let bodies = [
            metrics { $0.timeUnixNano /= factor }, metrics { $0.startTimeUnixNano /= factor },
            logs { $0.timeUnixNano /= factor }, logs { $0.observedTimeUnixNano /= factor },
        ]
        for body in bodies {
            let found = try await findings(after: [body])
            #expect(found.map { $0["finding"]?.text } == ["times_not_nanoseconds"])
            #expect(found.first?["detail"]?.text == unit)
            #expect(found.first?["signals"]?.elements.compactMap(\.text) == [body.signal.name])
            #expect(found.first?["place"]?.text?.contains("time_unix_nano") == true)
            #expect(found.first?["lines"]?.elements.isEmpty == false)
        }
    }

    @Test("no time: a point that no window finds, a record that is stored with its arrival")
    func noTime() async throws {
        #expect(
            try await details(after: [metrics { $0.timeUnixNano = 0 }]).keys.sorted() == ["no_point_time"])
        let neither = logs {
            $0.timeUnixNano = 0
            $0.observedTimeUnixNano = 0
        }
        #expect(try await details(after: [neither]).keys.sorted() == ["no_record_time"])
        // One of the two is enough.
        #expect(try await details(after: [logs { $0.timeUnixNano = 0 }]).isEmpty)
        #expect(try await details(after: [logs { $0.observedTimeUnixNano = 0 }]).isEmpty)
    }

    @Test("a clock that is ahead", arguments: [(400, false), (3_600_000, true)] as [(UInt64, Bool)])
    func clockAhead(millis: UInt64, isTold: Bool) async throws {
        let later = now + millis * 1_000_000
        for body in [metrics { $0.timeUnixNano = later }, logs { $0.observedTimeUnixNano = later }] {
            let found = try await details(after: [body])
            #expect((found["clock_skew"]?.hasPrefix("ahead by ") ?? false) == isTold, "\(found)")
        }
    }

    @Test("attributes that are empty, and those under old names", arguments: others)
    func attributes(signal: Signal) async throws {
        let attributes = [
            KeyValue("a", .string("")), KeyValue("b", .string("x")), KeyValue("c", .string("")),
            KeyValue("d", .int(0)),
        ]
        #expect(
            try await details(after: [body(signal, attributesOfItem: attributes)]) == [
                "empty_attributes": "a, c"
            ])
        let old = [KeyValue("http.method", .string("GET")), KeyValue("http.route", .string("/"))]
        #expect(
            try await details(after: [body(signal, attributesOfItem: old)]) == [
                "old_attribute_names": "http.method"
            ])
    }

    @Test("a total without its start; a difference and a gauge need none")
    func noMetricStart() async throws {
        #expect(
            try await details(after: [metrics { $0.startTimeUnixNano = 0 }]) == [
                "no_metric_start": "requests"
            ])
        #expect(try await details(after: [metrics(type: .gauge) { $0.startTimeUnixNano = 0 }]).isEmpty)
        #expect(try await details(after: [metrics(Self.named, .delta) { $0.startTimeUnixNano = 0 }]).isEmpty)
        // A point that says that there is no value any more.
        let gone = metrics {
            $0.startTimeUnixNano = 0
            $0.flags = 1
        }
        #expect(try await details(after: [gone]).isEmpty)
    }

    @Test("a point that starts after its time")
    func startsLate() async throws {
        let found = try await findings(after: [metrics { $0.startTimeUnixNano = $0.timeUnixNano + 1 }])
        #expect(found.map { $0["finding"]?.text } == ["ends_before_start"])
        #expect(found.first?["problem"]?.text?.hasPrefix("has points that start after") == true)
    }

    @Test("too many series, with the limit to raise")
    func tooManySeries() async throws {
        var found: [JSONValue] = []
        let settings = TestCollector.settings { $0.seriesPerSourceMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            for key in ["a", "b"] {
                let body = metrics { $0.attributes = [KeyValue(key, .int(1))] }
                #expect(try await collector.post(body.bytes, path: "/v1/metrics").status == 200)
            }
            let connection = try await WireConnection(port: collector.adminPort)
            defer { connection.close() }
            connection.send("GET /doctor?format=json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let json = try JSONValue(parsing: try await connection.reply().text)
            found = json["senders"]?.elements.first?["findings"]?.elements ?? []
        }
        let finding = try #require(found.first { $0["finding"]?.text == "too_many_series" })
        #expect(finding["severity"]?.text == "problem")
        #expect(finding["lines"]?.elements.compactMap(\.text) == ["limits:", "  series_per_source: NUMBER"])
    }

    @Test("ids of log records that have a wrong length")
    func badIdentifiers() async throws {
        let found = try await details(after: [logs(count: 2) { $0.traceID = [1, 2] }])
        #expect(found == ["bad_ids": "2 of 2 in a request"])
    }

    @Test(
        "records outside of any trace, of a service that has traces: from a hundred on",
        arguments: [99, 100, 101])
    func logsWithoutTrace(count: Int) async throws {
        #expect(
            (try await details(after: [traces(), logs(count: count)])["logs_without_trace"] != nil)
                == (count >= 100))
    }

    @Test("records outside of any trace are no finding without traces, nor beside one that is in a trace")
    func logsThatAreRight() async throws {
        #expect(try await details(after: [logs(count: 200)]).isEmpty)
        var first = true
        let one = logs(count: 200) { record in
            if first { record.traceID = [UInt8](repeating: 1, count: 16) }
            first = false
        }
        #expect(try await details(after: [traces(), one]).isEmpty)
    }
}
