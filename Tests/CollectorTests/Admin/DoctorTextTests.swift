import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

/// What `doctor` prints, compared with files in `Tests/Snapshots/Admin`.
@Suite("What doctor prints", .timeLimit(.minutes(15)))
struct DoctorTextTests {
    private let start = UnixNanos(rawValue: 1_790_000_000_000_000_000)
    private let sender = Sender(address: "10.0.0.7")
    private let endpoints = SenderEndpoints(
        grpc: ListenAddress(host: "10.0.0.9", port: 4317), http: ListenAddress(host: "10.0.0.9", port: 4318),
        hasTLS: true)

    private func text(_ book: SenderBook, width: Int? = 80) -> String {
        let end = start.advanced(byNanos: 90_000_000_000)
        return DoctorReport(records: book.records, endpoints: endpoints, at: end)
            .text(ReportOutput(width: width))
    }

    private func accept(_ book: SenderBook, requests: Int, inspected: Int) {
        var resource = Resource()
        resource.attributes = [
            KeyValue("service.name", .string("modproxy")),
            KeyValue("service.instance.id", .string("edge-1")),
        ]
        for number in 0..<requests {
            let now = start.advanced(byNanos: Int64(number) * 1_000_000_000)
            if number < inspected {
                book.note([OriginInspection(resource, receivedAt: now)], sender: sender, now: now)
            }
            book.noteAccepted(
                SenderBook.Request(protocolName: "otlp/http", items: 3, bodyBytes: 500, isCompressed: true),
                sender: sender, now: now)
        }
    }

    @Test("what was refused is told no more when it has not come again and requests are taken")
    func refusalIsOver() {
        let book = SenderBook()
        let minute: Int64 = 60_000_000_000
        func report(after minutes: Int64) -> DoctorReport {
            let at = start.advanced(byNanos: minutes * minute)
            return DoctorReport(records: book.records, endpoints: endpoints, at: at)
        }
        for address in ["10.0.0.7", "10.0.0.8"] {
            book.noteRefused(
                reason: .request(.unauthenticated), message: "no credentials",
                sender: Sender(address: address),
                now: start)
        }
        #expect(report(after: 1).problems == 2)
        // One has a token now, and so another name; the other one has fallen silent, for whatever reason.
        book.noteAccepted(
            SenderBook.Request(protocolName: "otlp/http", items: 3, bodyBytes: 500, isCompressed: true),
            sender: Sender(source: "edge", address: "10.0.0.7"), now: start.advanced(byNanos: minute))
        #expect(report(after: 4).problems == 2, "it may be one of several senders there")
        #expect(report(after: 6).problems == 1)
        let text = report(after: 6).text(ReportOutput(width: 80))
        #expect(text.contains("10.0.0.8") && text.contains("last 6") && text.contains(" ago"), "\(text)")
        book.noteRefused(
            reason: .request(.unauthenticated), message: "no credentials",
            sender: Sender(address: "10.0.0.7"),
            now: start.advanced(byNanos: 6 * minute))
        #expect(report(after: 7).problems == 2)
    }

    @Test("each mistake of one sender is told, with its own line to change", arguments: [60, 80])
    func severalMistakes(width: Int) throws {
        let book = SenderBook()
        let refused: [(RefusalReason, String)] = [
            (
                .plainTextToTLSPort,
                "this port speaks TLS, the sender speaks plain text: use https:// in its endpoint"
            ),
            (
                .tls(.untrusted),
                "the sender does not trust the collector's certificate (its TLS says unknown_ca)"
            ),
            (.tls(.clientCertificate), "the sender presents no certificate"),
            (.tls(.handshake), "the sender knows none of the ciphers that the collector uses"),
            (.request(.unknownPath), "there is nothing at /v1/trace: send traces by POST to /v1/traces"),
            (.request(.unknownPath), "there is nothing at /spans: send OTLP by POST to /v1/traces"),
            (.otherProtocol(.jaeger), "spans of Jaeger are not taken: send OTLP to /v1/traces"),
            (
                .otherProtocol(.prometheusRemoteWrite),
                "remote write of Prometheus is not taken: send metrics as OTLP to /v1/metrics"
            ),
            (.request(.unauthenticated), "no credentials: send the header Authorization: Bearer TOKEN"),
            (.request(.unauthenticated), "the credentials are not valid here: check the token"),
            (.request(.malformed), "malformed JSON at line 1, column 7: expected a key in quotes"),
            (.request(.malformed), "malformed JSON at line 2, column 9: expected a key in quotes"),
            (.request(.tooLarge), "the request is larger than 1024 bytes (decompressed)"),
        ]
        for (reason, message) in refused {
            book.noteRefused(reason: reason, message: message, sender: sender, now: start)
        }
        try Snapshot.expect(text(book, width: width), is: "doctor-mistakes-\(width)")
    }

    @Test("a sender of which nothing was accepted is not praised")
    func nothingAccepted() throws {
        let book = SenderBook()
        book.noteRefused(reason: .request(.overloaded), message: "m", sender: sender, now: start)
        let text = text(book)
        #expect(!text.contains("nothing to mend") && !text.contains("nothing found to mend"))
        try Snapshot.expect(text, is: "doctor-nothing-accepted")
    }

    @Test(
        "what is said rests on so many requests, and few of them are called few",
        arguments: [(1, 1), (9, 9), (10, 10), (12_000, 400), (3, 0)])
    func basis(requests: Int, inspected: Int) throws {
        let book = SenderBook()
        accept(book, requests: requests, inspected: inspected)
        try Snapshot.expect(text(book), is: "doctor-basis-\(inspected)-of-\(requests)")
    }

    @Test("findings of a sender of several signals say in which of them, and the lines are theirs")
    func severalSignals() throws {
        let book = SenderBook()
        accept(book, requests: 12, inspected: 12)
        var resource = Resource()
        resource.attributes = [
            KeyValue("service.name", .string("modproxy")), KeyValue("service.instance.id", .string("edge-1")),
            KeyValue("telemetry.sdk.language", .string("python")),
        ]
        for signal in [Signal.metrics, .logs] {
            for second in 0..<2 as Range<Int64> {
                let now = start.advanced(byNanos: second * 1_000_000_000)
                var inspection = OriginInspection(resource, signal: signal, receivedAt: now)
                inspection.items = 100
                inspection.timesInUnit = [.milliseconds: 3]
                inspection.withoutTime = 1
                if signal == .logs {
                    inspection.emptyKeys = ["user"]
                } else {
                    inspection.metricsWithoutStart = ["requests"]
                    inspection.temporalities = [
                        OriginInspection.MetricTemporality(
                            metric: "requests", type: .sum, isMonotonic: true, isDelta: second == 1)
                    ]
                }
                book.note([inspection], sender: sender, now: now)
                book.noteAccepted(
                    SenderBook.Request(
                        signal: signal, protocolName: "otlp/http", items: 100, bodyBytes: 500,
                        isCompressed: true),
                    sender: sender, now: now)
            }
        }
        book.report(
            .wrongSignalPath, of: sender, detail: "logs came where traces belong", signal: .logs, now: start)
        book.report(
            .tooManySeries, of: sender, detail: "points of more go into one", signal: .metrics, now: start)
        book.noteRefused(
            reason: .request(.tooLarge), message: "larger than 1024 bytes", sender: sender, now: start)
        try Snapshot.expect(text(book), is: "doctor-signals")
    }
}
