import OTLPModel
import Telemetry

/// JSON bodies: what is read can be stored, is the same when it is read from protobuf, and the same when it is written as
/// JSON and read again.
enum JSONCheck {
    static func traces(_ body: [UInt8]) -> [String] {
        _ = SignalGuess.signal(ofJSON: body.span)
        guard let request = try? decodeTraceRequest(json: body.span),
            let read = try? DecodedTraces.fromJSON(body.span, arrival: fuzzArrival)
        else { return [] }
        let protobuf = request.protobufBytes()
        let again = try? DecodedTraces.fromProtobuf(protobuf.span, arrival: fuzzArrival)
        let text = Array(JSONNode(request).text.utf8)
        return problems(
            ProtobufCheck.canonical(read.batch), again.map { ProtobufCheck.canonical($0.batch) },
            protobuf, try? decodeTraceRequest(json: text.span).protobufBytes(),
            batch: .spans(read.batch))
    }

    static func metrics(_ body: [UInt8]) -> [String] {
        _ = SignalGuess.signal(ofJSON: body.span)
        guard let request = try? decodeMetricsRequest(json: body.span),
            let read = try? DecodedMetrics.fromJSON(body.span, arrival: fuzzArrival)
        else { return [] }
        let protobuf = request.protobufBytes()
        let again = try? DecodedMetrics.fromProtobuf(protobuf.span, arrival: fuzzArrival)
        let text = Array(JSONNode(request).text.utf8)
        return problems(
            ProtobufCheck.canonical(read.batch), again.map { ProtobufCheck.canonical($0.batch) },
            protobuf, try? decodeMetricsRequest(json: text.span).protobufBytes(),
            batch: .points(read.batch))
    }

    static func logs(_ body: [UInt8]) -> [String] {
        _ = SignalGuess.signal(ofJSON: body.span)
        guard let request = try? decodeLogsRequest(json: body.span),
            let read = try? DecodedLogs.fromJSON(body.span, arrival: fuzzArrival)
        else { return [] }
        let protobuf = request.protobufBytes()
        let again = try? DecodedLogs.fromProtobuf(protobuf.span, arrival: fuzzArrival)
        let text = Array(JSONNode(request).text.utf8)
        return problems(
            ProtobufCheck.canonical(read.batch), again.map { ProtobufCheck.canonical($0.batch) },
            protobuf, try? decodeLogsRequest(json: text.span).protobufBytes(),
            batch: .logs(read.batch))
    }

    static func zipkin(_ body: [UInt8]) -> [String] {
        guard let decoded = try? DecodedTraces.fromZipkin(body.span, arrival: fuzzArrival) else { return [] }
        return StoredCheck.problems(of: .spans(decoded.batch))
    }

    /// - Parameters:
    ///   - read: what the JSON held
    ///   - again: what the same request in protobuf holds; nil when it is refused
    ///   - protobuf: the request
    ///   - written: the request, once it was written as JSON and read; nil when it is refused
    private static func problems(
        _ read: [[UInt8]], _ again: [[UInt8]]?, _ protobuf: [UInt8], _ written: [UInt8]?,
        batch: TelemetryBatch
    ) -> [String] {
        var problems = StoredCheck.problems(of: batch)
        if read != again { problems.append("the same request in protobuf is read differently") }
        if protobuf != written { problems.append("the request as it is written in JSON is read differently") }
        return problems
    }
}
