import OTLPModel
import Telemetry

/// Small inputs with one of everything, for the fuzzer to begin with.
enum FuzzSeeds {
    static var traces: [ExportTraceServiceRequest] {
        [ExportTraceServiceRequest(), request([span(1, "GET")]), request([span(1, "GET"), child, richSpan])]
    }

    static var logs: [ExportLogsServiceRequest] {
        [ExportLogsServiceRequest(), request([record("started")]), request([record("started"), richRecord])]
    }

    static var logsJSON: [[UInt8]] {
        let record = """
            {"timeUnixNano":"1790000000000000001","observedTimeUnixNano":1790000000000000002,
            "severityNumber":"SEVERITY_NUMBER_WARN","severityText":"warn","body":{"stringValue":"a\\u00e9"},
            "attributes":[{"key":"k","value":{"arrayValue":{"values":[{"intValue":"1"},{"doubleValue":"NaN"}]}}}],
            "droppedAttributesCount":1,"flags":1,"traceId":"0af7651916cd43dd8448eb211c80319c",
            "spanId":"b7ad6b7169203331","eventName":"e"}
            """
        let whole =
            #"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":"#
            + #"{"stringValue":"s"}}]},"scopeLogs":[{"scope":{"name":"x"},"logRecords":["# + record + "]}]}]}"
        return [Array("{}".utf8), Array(whole.utf8)]
    }

    static var journalRows: [[UInt8]] {
        [[], spanBatches, pointBatches, logBatches, spanBatches + pointBatches + logBatches]
            .map { StoredBytes.journalRow($0) }
    }

    static func segments(_ signal: Signal) -> [[UInt8]] {
        let batches =
            switch signal {
            case .traces: spanBatches
            case .metrics: pointBatches
            case .logs: logBatches
            }
        return StoredBytes.segments(of: batches).map { segment in
            ChunkList(spans: segment.spans, traces: segment.traces, chunks: segment.chunks).bytes
        }
    }

    private static var spanBatches: [[UInt8]] {
        traces.compactMap {
            try? DecodedTraces.fromProtobuf($0.protobufBytes().span, arrival: fuzzArrival).batch.encoded()
        }
    }

    private static var pointBatches: [[UInt8]] {
        metrics.compactMap {
            try? DecodedMetrics.fromProtobuf($0.protobufBytes().span, arrival: fuzzArrival).batch.encoded()
        }
    }

    private static var logBatches: [[UInt8]] {
        logs.compactMap {
            try? DecodedLogs.fromProtobuf($0.protobufBytes().span, arrival: fuzzArrival).batch.encoded()
        }
    }

    // MARK: Requests

    static var resource: Resource {
        Resource(attributes: [
            KeyValue("service.name", .string("proxy")), KeyValue("host.name", .string("edge-1")),
        ])
    }

    private static func request(_ spans: [OTLPModel.Span]) -> ExportTraceServiceRequest {
        let scope = ScopeSpans(
            scope: InstrumentationScope(name: "s", version: "1"), spans: spans, schemaURL: "u")
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(resource: resource, scopeSpans: [scope])
        ])
    }

    private static func request(_ records: [LogRecord]) -> ExportLogsServiceRequest {
        let scope = ScopeLogs(scope: InstrumentationScope(name: "s"), logRecords: records)
        return ExportLogsServiceRequest(resourceLogs: [ResourceLogs(resource: resource, scopeLogs: [scope])])
    }

    static var values: [KeyValue] {
        [
            KeyValue("url.path", .string("/github.com/!azure/x/@v/v1.0.0.mod")), KeyValue("a", .int(-1)),
            KeyValue("b", .double(0.5)), KeyValue("c", .bool(true)), KeyValue("d", .bytes([0, 255])),
            KeyValue("e", .array([.int(1), .string("x")])), KeyValue("", .empty),
            KeyValue("f", .keyValueList([KeyValue("g", .array([.empty]))])),
        ]
    }

    private static func span(_ id: UInt8, _ name: String) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = [UInt8](repeating: 1, count: 16)
        span.spanID = [0, 0, 0, 0, 0, 0, 0, id]
        span.name = name
        span.kind = .server
        span.startTimeUnixNano = 1_790_000_000_000_000_000
        span.endTimeUnixNano = 1_790_000_000_000_001_000
        return span
    }

    private static var child: OTLPModel.Span {
        var span = span(2, "fetch")
        span.parentSpanID = [0, 0, 0, 0, 0, 0, 0, 1]
        span.attributes = values
        return span
    }

    private static var richSpan: OTLPModel.Span {
        var span = span(3, "GET")
        span.traceState = "a=b"
        span.parentSpanID = [UInt8](repeating: 9, count: 8)
        span.flags = 0x301
        span.status = SpanStatus(code: .error, message: "broken")
        span.events = [SpanEvent(timeUnixNano: 1_790_000_000_000_000_500, name: "e", attributes: values)]
        var link = SpanLink()
        link.traceID = span.traceID
        link.spanID = span.spanID
        span.links = [link]
        span.droppedAttributesCount = 1
        span.droppedEventsCount = 2
        span.droppedLinksCount = 3
        return span
    }

    private static func record(_ body: String) -> LogRecord {
        var record = LogRecord()
        record.timeUnixNano = 1_790_000_000_000_000_000
        record.severityNumber = .info
        record.body = .string(body)
        return record
    }

    private static var richRecord: LogRecord {
        var record = record("")
        record.observedTimeUnixNano = 1_790_000_000_000_000_001
        record.severityNumber = .error
        record.severityText = "E"
        record.body = .keyValueList(values)
        record.attributes = values
        record.flags = 1
        record.traceID = [UInt8](repeating: 1, count: 16)
        record.spanID = [UInt8](repeating: 2, count: 8)
        record.eventName = "device.start"
        record.droppedAttributesCount = 1
        return record
    }
}
