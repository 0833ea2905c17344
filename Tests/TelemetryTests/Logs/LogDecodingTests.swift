import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Log records are decoded as they were sent")
struct LogDecodingTests {
    @Test("Generated requests come back whole, through a segment's columns and through the journal")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        for _ in 0..<300 {
            let request = generator.logsRequest()
            let decoded = try DecodedLogs.fromProtobuf(request.protobufBytes().span, arrival: someArrival)
            #expect(
                try decoded.batch.storedRecords().canonicalRecords() == request.canonicalRecords(), "\(seed)")
            let bytes = decoded.batch.encoded()
            var reader = ByteReader(bytes.span)
            let again = try LogBatch(decoding: &reader)
            #expect(again.encoded() == bytes, "seed \(seed)")
        }
    }

    @Test("The cursor and the reference decoder agree on generated requests, to the byte")
    func generated() throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        for _ in 0..<300 {
            let body = generator.logsRequest().protobufBytes()
            let cursor = try DecodedLogs.fromProtobuf(body.span, arrival: someArrival)
            let reference = try DecodedLogs.fromProtobuf(
                body.span, arrival: someArrival, decoder: .reference)
            #expect(cursor.batch.encoded() == reference.batch.encoded(), "seed \(seed)")
            #expect(cursor.invalidIDs == reference.invalidIDs, "seed \(seed)")
        }
    }

    @Test("On mutated and shuffled requests both decoders refuse, or both read the same", arguments: 0..<4)
    func mutated(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        var accepted = 0
        for round in 0..<400 {
            var body = generator.logsRequest(recordsMax: 3).protobufBytes()
            if round % 2 == 0 {
                DifferentialTests().mutate(&body, &generator)
            } else {
                body = ShuffledWire.shuffle(body, &generator)
            }
            let cursor = try? DecodedLogs.fromProtobuf(body.span, arrival: someArrival)
            let reference = try? DecodedLogs.fromProtobuf(
                body.span, arrival: someArrival, decoder: .reference)
            #expect((cursor == nil) == (reference == nil), "seed \(seed), body \(body)")
            guard let cursor, let reference else { continue }
            accepted += 1
            #expect(
                try cursor.batch.storedRecords().canonicalRecords()
                    == reference.batch.storedRecords().canonicalRecords(), "seed \(seed), body \(body)")
        }
        #expect(accepted > 200)
    }

    @Test("JSON and protobuf of one request give the same records")
    func jsonAgrees() throws {
        let json = """
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"edge"}}]},
            "scopeLogs":[{"scope":{"name":"s"},"logRecords":[{"timeUnixNano":"1790000000000000001",
            "observed_time_unix_nano":1790000000000000002,"severityNumber":"SEVERITY_NUMBER_WARN2",
            "severityText":"warn","body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"7"}}]}},
            "attributes":[{"key":"k","value":{"boolValue":true}}],"droppedAttributesCount":3,"flags":1,
            "traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"b7ad6b7169203331","eventName":"e",
            "unknown":[1,{}]}]}]}]}
            """
        var record = LogRecord()
        record.timeUnixNano = 1_790_000_000_000_000_001
        record.observedTimeUnixNano = 1_790_000_000_000_000_002
        record.severityNumber = SeverityNumber(rawValue: 14)
        record.severityText = "warn"
        record.body = .keyValueList([KeyValue("a", .int(7))])
        record.attributes = [KeyValue("k", .bool(true))]
        record.droppedAttributesCount = 3
        record.flags = 1
        record.traceID = [
            0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c,
        ]
        record.spanID = [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31]
        record.eventName = "e"
        let request = Sample.logsRequest([record])
        let decoded = try DecodedLogs.fromJSON(Array(json.utf8).span, arrival: someArrival)
        #expect(try decoded.batch.storedRecords().canonicalRecords() == request.canonicalRecords())
        #expect(
            try DecodedLogs.fromProtobuf(request.protobufBytes().span, arrival: someArrival).batch.encoded()
                == decoded.batch.encoded())
    }
}
