import OTLPModel
import Telemetry

/// JSON bodies: what is read can be stored, and is the same when it is read from protobuf.
enum JSONCheck {
    static func traces(_ body: [UInt8]) -> [String] {
        guard let request = try? decodeTraceRequest(json: body.span),
            let fromJSON = try? DecodedTraces.fromJSON(body.span, arrival: fuzzArrival)
        else { return [] }
        let protobuf = request.protobufBytes()
        let again = try? DecodedTraces.fromProtobuf(protobuf.span, arrival: fuzzArrival)
        guard let again, ProtobufCheck.canonical(again.batch) == ProtobufCheck.canonical(fromJSON.batch)
        else {
            return ["protobuf of the same request is read differently"]
        }
        return StoredCheck.encodings(of: fromJSON.batch.encoded())
    }

    static func logs(_ body: [UInt8]) -> [String] {
        guard let request = try? decodeLogsRequest(json: body.span),
            let fromJSON = try? DecodedLogs.fromJSON(body.span, arrival: fuzzArrival)
        else { return [] }
        let protobuf = request.protobufBytes()
        let again = try? DecodedLogs.fromProtobuf(protobuf.span, arrival: fuzzArrival)
        guard let again, ProtobufCheck.canonical(again.batch) == ProtobufCheck.canonical(fromJSON.batch)
        else {
            return ["protobuf of the same request is read differently"]
        }
        return StoredCheck.encodings(of: fromJSON.batch.encoded())
    }
}
