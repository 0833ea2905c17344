import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Secrets in log records")
struct LogRedactionTests {
    @Test("go from bodies of every type, attributes and resources, and nothing else changes")
    func redaction() throws {
        let secret = "https://me:pw@host/?token=abc"
        let clean = "https://REDACTED:REDACTED@host/?token=REDACTED"
        func records(_ url: String) -> [LogRecord] {
            [
                .string("GET \(url)"), .array([.string(url), .int(1)]),
                .keyValueList([KeyValue("u", .string(url))]),
            ]
            .map { (body: AnyValue) in
                var record = LogRecord()
                record.timeUnixNano = 1
                record.body = body
                record.attributes = [KeyValue("url.full", .string(url)), KeyValue("n", .int(7))]
                return record
            }
        }
        let body = Sample.logsRequest(records(secret)).protobufBytes()
        var batch = TelemetryBatch.logs(
            try DecodedLogs.fromProtobuf(body.span, arrival: someArrival).batch)
        #expect(batch.redact(Redactor()) == 4)
        guard case .logs(let logs) = batch else { return }
        #expect(
            try logs.storedRecords().canonicalRecords()
                == Sample.logsRequest(records(clean)).canonicalRecords())
        #expect(batch.redact(Redactor()) == 0)
    }
}
