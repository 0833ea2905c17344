import OTLPModel

/// The bodies that answer an export request, in the two encodings of OTLP.
package enum ExportResponse {
    /// An `ExportTraceServiceResponse`. Full success is zero bytes: OTLP wants `partial_success` unset.
    /// - Parameters:
    ///   - rejectedSpans: spans that were refused alone, 0 or more
    ///   - message: why; with no rejected span it is a warning
    package static func protobuf(rejectedSpans: Int, message: String) -> [UInt8] {
        var response = ProtobufWriter()
        guard rejectedSpans != 0 || !message.isEmpty else { return response.bytes }
        response.message(1) { partialSuccess in
            partialSuccess.varint(1, UInt64(bitPattern: Int64(rejectedSpans)))
            partialSuccess.string(2, message)
        }
        return response.bytes
    }

    /// As `protobuf(rejectedSpans:message:)`, in JSON; full success is `{}`.
    package static func json(rejectedSpans: Int, message: String) -> [UInt8] {
        var members: [String] = []
        // 64-bit integers are strings in protobuf's JSON mapping.
        if rejectedSpans != 0 { members.append(#""rejectedSpans":"\#(rejectedSpans)""#) }
        if !message.isEmpty { members.append(#""errorMessage":\#(quoted(message))"#) }
        guard !members.isEmpty else { return Array("{}".utf8) }
        return Array(#"{"partialSuccess":{\#(members.joined(separator: ","))}}"#.utf8)
    }

    /// A `google.rpc.Status`, the body of every refusal.
    /// - Parameters:
    ///   - code: a gRPC status code, as in 3 for INVALID_ARGUMENT
    ///   - message: what is wrong, for whoever runs the sender
    package static func statusProtobuf(code: Int, message: String) -> [UInt8] {
        var status = ProtobufWriter()
        status.int32(1, Int32(truncatingIfNeeded: code))
        status.string(2, message)
        return status.bytes
    }

    /// As `statusProtobuf(code:message:)`, in JSON.
    package static func statusJSON(code: Int, message: String) -> [UInt8] {
        Array(#"{"code":\#(code),"message":\#(quoted(message))}"#.utf8)
    }

    /// A JSON string. Control characters are escaped, those of C1 too: answers end up on terminals.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
