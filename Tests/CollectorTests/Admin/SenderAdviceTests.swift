import Collector
import Telemetry
import Testing

@Suite("What doctor advises", .timeLimit(.minutes(1)))
struct SenderAdviceTests {
    private let endpoints = SenderEndpoints(
        grpc: ListenAddress(host: "10.0.0.9", port: 4317), http: ListenAddress(host: "0.0.0.0", port: 4318))

    private func advice(
        _ finding: SenderFinding, _ software: SenderSoftware = .sdk, detail: String = "detail"
    ) -> SenderAdvice {
        SenderAdvice(
            finding, detail: detail, software: software, service: SendingService(name: "modproxy", node: nil),
            endpoints: endpoints)
    }

    @Test("every finding has a sentence, for every program", arguments: SenderFinding.allCases)
    func everyFindingHasWords(finding: SenderFinding) {
        for software in SenderSoftware.allCases {
            let advice = advice(finding, software)
            #expect(advice.problem != "\(finding.rawValue): detail", "no words of its own")
            #expect(advice.problem.first?.isLowercase == true)
            #expect(!advice.problem.hasSuffix("."))
            #expect((advice.place == nil) == advice.lines.isEmpty)
        }
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
        #expect(record.habits(isLocal: false).map(\.0) == [.uncompressed])
        #expect(record.habits(isLocal: true).isEmpty)
        record.uncompressedBytes -= 10
        #expect(record.habits(isLocal: false).isEmpty)
        record.counts.requests = 499
        record.counts.items = 499
        #expect(record.habits(isLocal: false).isEmpty)
        record.counts.requests = 500
        #expect(record.habits(isLocal: false).map(\.0) == [.smallRequests])
        record.counts.items = 1_500
        #expect(record.habits(isLocal: false).isEmpty)
        record.repeatedRequests = 25
        #expect(record.habits(isLocal: false).map(\.0) == [.repeats])
        record.repeatedRequests = 24
        #expect(record.habits(isLocal: false).isEmpty)
    }
}
