import OTLPModel

/// The bodies that answer an export request, in the two encodings of OTLP.
package enum ExportResponse {
    /// An `Export…ServiceResponse`, the same bytes for every signal. Full success is zero bytes: OTLP wants
    /// `partial_success` unset.
    /// - Parameters:
    ///   - rejected: spans, data points or log records that were refused alone, 0 or more
    ///   - message: why; with nothing rejected it is a warning
    package static func protobuf(rejected: Int, message: String) -> [UInt8] {
        var response = ProtobufWriter()
        guard rejected != 0 || !message.isEmpty else { return response.bytes }
        response.message(1) { partialSuccess in
            partialSuccess.varint(1, UInt64(bitPattern: Int64(rejected)))
            partialSuccess.string(2, message)
        }
        return response.bytes
    }

    /// As `protobuf(rejected:message:)`, in JSON, where the signals have names of their own; full success is `{}`.
    package static func json(_ signal: Signal, rejected: Int, message: String) -> [UInt8] {
        var members: [String] = []
        let name =
            switch signal {
            case .traces: "rejectedSpans"
            case .metrics: "rejectedDataPoints"
            case .logs: "rejectedLogRecords"
            }
        // 64-bit integers are strings in protobuf's JSON mapping.
        if rejected != 0 { members.append(#""\#(name)":"\#(rejected)""#) }
        if !message.isEmpty { members.append(#""errorMessage":\#(quoted(message))"#) }
        guard !members.isEmpty else { return Array("{}".utf8) }
        return Array(#"{"partialSuccess":{\#(members.joined(separator: ","))}}"#.utf8)
    }

    /// A `google.rpc.Status { int32 code = 1; string message = 2; repeated Any details = 3; }`, the body of
    /// every refusal, where `Any { string type_url = 1; bytes value = 2; }`.
    /// - Parameters:
    ///   - code: a gRPC status code, as in 3 for INVALID_ARGUMENT
    ///   - message: what is wrong, for whoever runs the sender
    package static func statusProtobuf(code: Int, message: String, details: [StatusDetail] = []) -> [UInt8] {
        var status = ProtobufWriter()
        status.int32(1, Int32(truncatingIfNeeded: code))
        status.string(2, message)
        for detail in details {
            status.message(3) { any in
                any.string(1, detail.typeURL)
                any.bytes(2, detail.protobuf)
            }
        }
        return status.bytes
    }

    /// As `statusProtobuf(code:message:details:)`, in JSON.
    package static func statusJSON(code: Int, message: String, details: [StatusDetail] = []) -> [UInt8] {
        var text = #"{"code":\#(code),"message":\#(quoted(message))"#
        if !details.isEmpty {
            let objects = details.map { #"{"@type":"\#($0.typeURL)",\#($0.jsonMembers)}"# }
            text += #","details":[\#(objects.joined(separator: ","))]"#
        }
        return Array((text + "}").utf8)
    }

    /// A JSON string. Control characters are escaped, those of C1 too: answers end up on terminals.
    static func quoted(_ text: String) -> String {
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
