import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The edges of OTLP's data model for logs")
struct LogEdgeTests {
    private func stored(_ record: LogRecord) throws -> (
        record: LogRecord, decoded: DecodedLogs, row: SpanBatch
    ) {
        let body = Sample.logsRequest([record]).protobufBytes()
        let decoded = try DecodedLogs.fromProtobuf(body.span, arrival: someArrival)
        let records = try decoded.batch.storedRecords()
        return (try #require(records.first).record, decoded, decoded.batch.rows)
    }

    @Test("H: without a time the observed time stands for it, and without both the time of arrival")
    func times() throws {
        var record = LogRecord()
        record.observedTimeUnixNano = 1_790_000_000_000_000_005
        var found = try stored(record)
        #expect(found.row.starts == [1_790_000_000_000_000_005])
        #expect(found.record.timeUnixNano == 0)
        #expect(found.record.observedTimeUnixNano == 1_790_000_000_000_000_005)
        record.observedTimeUnixNano = 0
        found = try stored(record)
        #expect(found.row.starts == [UInt64(someArrival.receivedAt.rawValue)])
        #expect(found.record == record)
        record.timeUnixNano = 5
        found = try stored(record)
        #expect(found.row.starts == [5])
        #expect(found.row.ends == [5])
        #expect(found.record == record)
    }

    @Test(
        "H: a body may be of any type",
        arguments: [
            AnyValue.empty, .string(""), .string("text"), .bool(false), .int(.min), .double(-0.5),
            .bytes([0, 255]), .array([.int(1), .string("x")]), .keyValueList([KeyValue("", .empty)]),
        ])
    func bodies(body: AnyValue) throws {
        var record = LogRecord()
        record.timeUnixNano = 1
        record.body = body
        #expect(try stored(record).record.body == body)
    }

    @Test("H: severity numbers 0 to 24 and others stay, and those from 17 to 24 are errors")
    func severities() throws {
        for number: Int32 in [-1, 0, 1, 16, 17, 24, 25, .max] {
            var record = LogRecord()
            record.timeUnixNano = 1
            record.severityNumber = SeverityNumber(rawValue: number)
            let found = try stored(record)
            #expect(found.record.severityNumber.rawValue == number)
            #expect(found.row.operations[0].status == ((17...24).contains(number) ? 2 : 0))
        }
    }

    @Test("H: ids are optional, and one of a wrong length is left out, with a warning; the record stays")
    func identifiers() throws {
        var record = LogRecord()
        record.timeUnixNano = 1
        #expect(try stored(record).decoded.warning == nil)
        for (traceBytes, spanBytes) in [(16, 8), (16, 0), (0, 8), (15, 8), (17, 8), (16, 7), (16, 9), (1, 1)]
        {
            record.traceID = [UInt8](repeating: 7, count: traceBytes)
            record.spanID = [UInt8](repeating: 9, count: spanBytes)
            let found = try stored(record)
            #expect(found.record.traceID == (traceBytes == 16 ? record.traceID : []))
            #expect(found.record.spanID == (spanBytes == 8 ? record.spanID : []))
            let isValid = [0, 16].contains(traceBytes) && [0, 8].contains(spanBytes)
            #expect((found.decoded.warning == nil) == isValid)
        }
    }

    @Test("H: the name of an event and the flags stay")
    func eventNames() throws {
        var record = LogRecord()
        record.timeUnixNano = 1
        record.eventName = "device.app.lifecycle"
        record.flags = 0x8000_0001
        #expect(try stored(record).record == record)
    }

    @Test("Records that look the same are all kept")
    func repeats() throws {
        var record = LogRecord()
        record.timeUnixNano = 1
        record.body = .string("again")
        let body = Sample.logsRequest([record, record, record]).protobufBytes()
        let decoded = try DecodedLogs.fromProtobuf(body.span, arrival: someArrival)
        #expect(try decoded.batch.storedRecords().count == 3)
    }
}
