import OTLPModel

@testable import Telemetry

extension ProtobufWriter {
    /// Bytes that are fields already, or are meant to be none.
    mutating func raw(_ bytes: [UInt8]) {
        for byte in bytes { littleEndian(byte) }
    }
}

/// The body of a request with one span, whose fields the caller writes.
func bodyOfSpan(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var span = ProtobufWriter()
    write(&span)
    return bodyOfSpan(fields: span.bytes)
}

/// The body of a request with one span of these fields.
func bodyOfSpan(fields: [UInt8]) -> [UInt8] {
    var body = ProtobufWriter()
    body.message(1) { $0.message(2) { $0.repeatedBytes(2, fields) } }
    return body.bytes
}

/// The body of a request with one span of one attribute, whose value the caller writes.
func bodyOfValue(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
    bodyOfSpan { span in
        span.message(9) { pair in
            pair.string(1, "k")
            pair.message(2, write)
        }
    }
}

/// What the reference decoder makes of a span's fields.
func decodedSpan(_ write: (inout ProtobufWriter) -> Void) throws -> OTLPModel.Span {
    try decodeTraceRequest(protobuf: bodyOfSpan(write).span).resourceSpans[0].scopeSpans[0].spans[0]
}

/// What the reference decoder makes of a value's fields.
func decodedValue(_ write: (inout ProtobufWriter) -> Void) throws -> AnyValue {
    try decodeTraceRequest(protobuf: bodyOfValue(write).span)
        .resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value
}

/// The body of an attribute value of `depth` nested values, the innermost a number.
///
/// Built from the inside out, without recursion.
func bodyOfNestedValue(depth: Int, asLists: Bool) -> [UInt8] {
    var inner: [UInt8] = [3 << 3, 1]
    for _ in 1..<depth {
        var writer = ProtobufWriter()
        if asLists {
            var pair = ProtobufWriter()
            pair.repeatedBytes(2, inner)
            var list = ProtobufWriter()
            list.repeatedBytes(1, pair.bytes)
            writer.repeatedBytes(6, list.bytes)
        } else {
            var array = ProtobufWriter()
            array.repeatedBytes(1, inner)
            writer.repeatedBytes(5, array.bytes)
        }
        inner = writer.bytes
    }
    return bodyOfSpan { span in
        span.message(9) { $0.repeatedBytes(2, inner) }
    }
}

/// How many values nest in one another.
func depth(of value: AnyValue) -> Int {
    switch value {
    case .array(let values): 1 + (values.map(depth).max() ?? 0)
    case .keyValueList(let pairs): 1 + (pairs.map { depth(of: $0.value) }.max() ?? 0)
    default: 1
    }
}

func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
