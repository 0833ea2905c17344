import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Secrets in points")
struct PointRedactionTests {
    @Test("go from attributes, resources and exemplars, and nothing else changes")
    func redaction() throws {
        let secret = KeyValue("url.full", .string("https://me:pw@host/?token=abc"))
        var exemplar = Exemplar()
        exemplar.filteredAttributes = [secret]
        exemplar.value = .int(1)
        var point = MetricPoint(.int(7), time: 1, attributes: [secret])
        point.exemplars = [exemplar]
        var request = ExportMetricsServiceRequest.of(
            Metric("g", .gauge, [point, MetricPoint(.int(8), time: 2)]))
        request.resourceMetrics[0].resource.attributes.append(secret)
        let body = request.protobufBytes()
        var batch = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival).batch
        #expect(batch.redact(Redactor()) == 3)
        let bytes = batch.encoded()
        #expect(!String(decoding: bytes, as: UTF8.self).contains("pw@"))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("token=abc"))
        let clean = KeyValue("url.full", .string("https://REDACTED:REDACTED@host/?token=REDACTED"))
        #expect([KeyValue](canonicalBytes: Array(batch.table.attributes[0])) == [clean])
        let read = try #require(batch.rows.point(0, distribution: 0, of: .gauge))
        #expect(read.exemplars.first?.filteredAttributes == [clean])
        #expect(read.value == .int(7))
        #expect(batch.redact(Redactor()) == 0)
        #expect(batch.redact(Redactor(.none)) == 0)
    }
}
