import Collector
import Telemetry
import Testing

@Suite("What doctor advises", .timeLimit(.minutes(15)))
struct SenderAdviceTests {
    private let endpoints = SenderEndpoints(
        grpc: ListenAddress(host: "10.0.0.9", port: 4317), http: ListenAddress(host: "0.0.0.0", port: 4318))

    private func advice(
        _ finding: SenderFinding, _ software: SenderSoftware = .sdk, detail: String = "detail",
        language: String? = nil, signals: SignalSet = [], reason: RefusalReason? = nil
    ) -> SenderAdvice {
        SenderAdvice(
            finding, detail: detail,
            of: SenderAdvice.Subject(
                software: software, language: language,
                service: SendingService(name: "modproxy", node: nil), signals: signals, reason: reason),
            endpoints: endpoints)
    }

    @Test("every finding has a sentence, for every program", arguments: SenderFinding.allCases)
    func everyFindingHasWords(finding: SenderFinding) {
        for software in SenderSoftware.allCases {
            for signals in [[], .traces, .metrics, .logs, [.traces, .metrics, .logs]] as [SignalSet] {
                let advice = advice(finding, software, signals: signals)
                #expect(advice.problem != "\(finding.rawValue): detail", "no words of its own")
                #expect(advice.problem.first?.isLowercase == true)
                #expect(!advice.problem.hasSuffix("."))
                #expect((advice.place == nil) == advice.lines.isEmpty)
            }
        }
    }

    @Test("what goes astray has the line of its signal")
    func linesAreOfTheSignal() {
        #expect(
            advice(.wrongSignalPath, signals: .metrics).lines.first
                == "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://THIS-HOST:4318/v1/metrics")
        #expect(advice(.wrongPath, .curl, signals: .logs).lines.first?.hasSuffix("/v1/logs") == true)
        #expect(advice(.smallRequests, signals: .logs).lines == ["OTEL_BLRP_SCHEDULE_DELAY=5000"])
        #expect(advice(.smallRequests, signals: .metrics).lines == ["OTEL_METRIC_EXPORT_INTERVAL=60000"])
        #expect(advice(.smallRequests, signals: .traces).lines == ["OTEL_BSP_SCHEDULE_DELAY=5000"])
        #expect(
            advice(.temporalityChanges, signals: .metrics).lines == [
                "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative"
            ])
        #expect(
            advice(.timesNotNanoseconds, signals: .logs).place
                == "in the code that fills observed_time_unix_nano, time_unix_nano")
        #expect(
            advice(.logsWithoutTrace, language: "go", signals: .logs).lines == [
                "logger.InfoContext(ctx, MESSAGE)"
            ])
        #expect(
            advice(.logsWithoutTrace, language: "python", signals: .logs).lines == [
                "OTEL_PYTHON_LOG_CORRELATION=true"
            ])
    }

    @Test("what to change follows from the reason of a refusal, whatever its message says")
    func linesFollowFromReasons() {
        let message = "too_large: remote write of Prometheus, Loki"
        #expect(
            advice(.refused, detail: message, signals: .traces, reason: .request(.tooLarge)).lines == [
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=256"
            ])
        #expect(
            advice(.refused, detail: "", signals: [.traces, .logs], reason: .request(.tooLarge)).lines == [
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=256", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=256",
            ])
        #expect(advice(.refused, detail: message, reason: .request(.malformed)).lines.isEmpty)
        let places = OtherProtocol.allCases.map {
            advice(.otherProtocol, detail: message, reason: .otherProtocol($0)).place
        }
        #expect(
            places == [
                "in its environment", "in its environment",
                "in an OpenTelemetry Collector that scrapes in Prometheus' place",
                "in an OpenTelemetry Collector that reads the logs",
            ])
    }

    @Test("the line to change is the one of the program that sends")
    func linesAreOfTheProgram() {
        #expect(advice(.noServiceName, .nginx).lines == ["otel_service_name NAME;"])
        #expect(advice(.noServiceName, .caddy).lines == ["OTEL_SERVICE_NAME=NAME"])
        #expect(advice(.noInstanceID, .nginx).lines == ["otel_resource_attr service.instance.id INSTANCE;"])
        #expect(advice(.noPropagation, .nginx).lines == ["otel_trace_context propagate;"])
        #expect(
            advice(.unauthenticated, .sdk).lines == [
                "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN"
            ])
    }

    @Test("an endpoint is the address that senders can use")
    func endpointsAreUsable() {
        #expect(advice(.tlsToPlainPort, .nginx).lines == ["endpoint 10.0.0.9:4317;"])
        #expect(
            advice(.wrongPath).lines == [
                "OTEL_EXPORTER_OTLP_ENDPOINT=http://THIS-HOST:4318",
                "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            ])
    }

    @Test("what a sender wrote is escaped")
    func detailsAreEscaped() {
        #expect(advice(.wrongPath, detail: "/\u{1b}[2J").problem.contains("/\\x1b[2J"))
    }

    @Test("habits show in many requests only")
    func habits() {
        var record = SenderBook.Record(firstAt: .distantPast, lastAt: .distantPast)
        record.uncompressedRequests = 10
        record.uncompressedBytes = 10 * (32 << 10)
        #expect(record.habits(isLocal: false).map(\.finding) == [.uncompressed])
        #expect(record.habits(isLocal: true).isEmpty)
        record.uncompressedBytes -= 10
        #expect(record.habits(isLocal: false).isEmpty)
        record.counts.requests = 500
        record.accepted[.traces] = SenderBook.Accepted(requests: 499, items: 499)
        #expect(record.habits(isLocal: false).isEmpty)
        record.accepted[.traces].requests = 500
        #expect(record.habits(isLocal: false).map(\.finding) == [.smallRequests])
        record.accepted[.traces].items = 1_500
        #expect(record.habits(isLocal: false).isEmpty)
        record.repeatedRequests = 25
        #expect(record.habits(isLocal: false).map(\.finding) == [.repeats])
        record.repeatedRequests = 24
        #expect(record.habits(isLocal: false).isEmpty)
    }

    @Test(
        "small requests are a habit of one signal; with metrics only when they come oftener than every five seconds"
    )
    func smallRequestsBySignal() {
        func habits(_ signal: Signal, seconds: Int64) -> [SenderBook.Habit] {
            let start = UnixNanos(rawValue: 1_790_000_000_000_000_000)
            var record = SenderBook.Record(
                firstAt: start, lastAt: start.advanced(byNanos: seconds * 1_000_000_000))
            record.accepted[signal] = SenderBook.Accepted(requests: 500, items: 600)
            return record.habits(isLocal: true)
        }
        #expect(habits(.logs, seconds: 30_000).map(\.signals) == [.logs])
        #expect(habits(.metrics, seconds: 2_499).map(\.detail) == ["500 requests with 600 data points"])
        #expect(habits(.metrics, seconds: 2_500).isEmpty)
    }
}
