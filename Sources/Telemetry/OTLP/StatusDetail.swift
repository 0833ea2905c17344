import OTLPModel

/// What goes into the details of a `google.rpc.Status`.
package enum StatusDetail: Hashable, Sendable {
    /// `google.rpc.BadRequest { repeated FieldViolation field_violations = 1; }`, where
    /// `FieldViolation { string field = 1; string description = 2; }`, with one violation.
    case badRequest(field: String, description: String)
    /// `google.rpc.RetryInfo { Duration retry_delay = 1; }`, where `Duration { int64 seconds = 1; }`.
    case retryInfo(seconds: Int)

    var typeURL: String {
        switch self {
        case .badRequest: "type.googleapis.com/google.rpc.BadRequest"
        case .retryInfo: "type.googleapis.com/google.rpc.RetryInfo"
        }
    }

    var protobuf: [UInt8] {
        var writer = ProtobufWriter()
        switch self {
        case .badRequest(let field, let description):
            writer.message(1) { violation in
                violation.string(1, field)
                violation.string(2, description)
            }
        case .retryInfo(let seconds): writer.message(1) { $0.varint(1, UInt64(max(0, seconds))) }
        }
        return writer.bytes
    }

    /// The members of the JSON object besides `@type`.
    var jsonMembers: String {
        switch self {
        case .badRequest(let field, let description):
            let members =
                #""field":\#(ExportResponse.quoted(field)),"description":\#(ExportResponse.quoted(description))"#
            return #""fieldViolations":[{\#(members)}]"#
        case .retryInfo(let seconds): return #""retryDelay":"\#(max(0, seconds))s""#
        }
    }
}
