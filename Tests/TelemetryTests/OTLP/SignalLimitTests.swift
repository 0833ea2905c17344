import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What is kept of logs and metrics that are too much")
struct SignalLimitTests {
    private func record(_ number: Int, attributes: [KeyValue] = []) -> LogRecord {
        var record = LogRecord()
        record.timeUnixNano = Sample.baseNanos + UInt64(number)
        record.attributes = attributes
        return record
    }

    @Test(
        "log records beyond the limit are refused alone, and the sender is told",
        arguments: DecodingWay.allCases)
    func recordsAreLimited(way: DecodingWay) throws {
        for count in 9...11 {
            let request = Sample.logsRequest((1...count).map { record($0) })
            let decoded = try way.decode(request) { $0.spansMax = 10 }
            #expect(decoded.batch.recordCount == min(count, 10))
            #expect(decoded.rejectedRecords == max(0, count - 10))
            #expect((decoded.rejectionReason?.contains("10 log records") ?? false) == (count == 11))
        }
    }

    @Test(
        "attributes of a log record beyond the limit are left out and counted",
        arguments: DecodingWay.allCases)
    func attributesAreLimited(way: DecodingWay) throws {
        for count in [7, 8, 9, 3_000] {
            let attributes = (0..<count).map { KeyValue("key-\($0)", .int(Int64($0))) }
            var sent = record(1, attributes: attributes)
            sent.droppedAttributesCount = 5
            let decoded = try way.decode(Sample.logsRequest([sent])) { $0.attributesMax = 8 }
            let kept = try #require(try decoded.batch.storedRecords().first).record
            #expect(kept.attributes == Array(attributes.prefix(8)))
            #expect(kept.droppedAttributesCount == 5 + UInt32(max(0, count - 8)))
        }
    }

    @Test("a text that is too long is cut in a log record, too", arguments: DecodingWay.allCases)
    func textsAreCut(way: DecodingWay) throws {
        let text = String(repeating: "x", count: 300)
        let sent = record(1, attributes: [KeyValue("text", .string(text))])
        let decoded = try way.decode(Sample.logsRequest([sent])) { $0.valueBytesMax = 256 }
        let kept = try #require(try decoded.batch.storedRecords().first).record
        guard case .string(let value)? = kept.attributes.first?.value else {
            Issue.record("the text is gone")
            return
        }
        #expect(value.utf8.count == 256)
        #expect(value.hasSuffix("[cut: 300 bytes]"))
    }

    @Test(
        "logs and metrics that become many times as large ask for memory, whichever decoder reads them",
        arguments: DecodingWay.allCases)
    func decodingAsksForMemory(way: DecodingWay) throws {
        let count = 100_000
        let logs = Sample.logsRequest((0..<count).map { record($0) })
        let metrics = ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(scopeMetrics: [
                ScopeMetrics(metrics: [
                    Metric("m", .gauge, (0..<count).map { MetricPoint(.int(1), time: UInt64($0 + 1)) })
                ])
            ])
        ])
        let decoder = way == .cursor ? ProtobufDecoder.cursor : .reference
        for (limit, code) in [(1 << 30, nil), (4 << 20, .tooLarge)] as [(Int, DecodeError.Code?)] {
            if way == .json {
                let body = Array(JSONNode(logs).text.utf8)
                let refused = refusal(body, limit) { (body, limits) throws(DecodeError) in
                    _ = try DecodedLogs.fromJSON(body, arrival: someArrival, limits: limits)
                }
                #expect(refused == code)
                continue
            }
            let refusedLogs = refusal(logs.protobufBytes(), limit) { (body, limits) throws(DecodeError) in
                _ = try DecodedLogs.fromProtobuf(body, arrival: someArrival, decoder: decoder, limits: limits)
            }
            #expect(refusedLogs == code)
            let refusedPoints = refusal(metrics.protobufBytes(), limit) {
                (body, limits) throws(DecodeError) in
                _ = try DecodedMetrics.fromProtobuf(
                    body, arrival: someArrival, decoder: decoder, limits: limits)
            }
            #expect(refusedPoints == code)
        }
    }

    @Test("a point that is large asks for the memory that reading it takes")
    func largePoint() throws {
        // Attributes of two bytes.
        var point: [UInt8] = [0x19, 1, 0, 0, 0, 0, 0, 0, 0]
        for _ in 0..<50_000 { point += [0x3a, 0] }
        func message(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
            var writer = ByteWriter()
            writer.byte(field << 3 | 2)
            writer.counted(content)
            return writer.bytes
        }
        let body = message(1, message(2, message(2, [0x0a, 1, 0x6d] + message(5, message(1, point)))))
        for (limit, code) in [(1 << 30, nil), (8 << 20, .tooLarge)] as [(Int, DecodeError.Code?)] {
            let refused = refusal(body, limit) { (body, limits) throws(DecodeError) in
                _ = try DecodedMetrics.fromProtobuf(body, arrival: someArrival, limits: limits)
            }
            #expect(refused == code)
        }
    }

    /// - Parameter limit: bytes of all the memory that there is
    /// - Returns: why a body was refused
    private func refusal(
        _ body: [UInt8], _ limit: Int, _ decode: (ByteSpan, DecodeLimits) throws(DecodeError) -> Void
    ) -> DecodeError.Code? {
        let memory = InFlightBytes(limitBytes: limit)
        let charge = memory.charge(for: RequestSource(name: "node"))
        // Not all of it: in JSON the same is much longer, and would be paid for already.
        let paid = min(body.count, 1 << 20)
        #expect(charge.grow(by: paid))
        var limits = DecodeLimits()
        limits.allowance = MemoryAllowance(charge, bytes: paid)
        do throws(DecodeError) {
            try decode(body.span, limits)
            return nil
        } catch {
            return error.code
        }
    }
}
