import OTLPModel

/// A `google.rpc.Status` read from its protobuf bytes:
/// `int32 code = 1; string message = 2; repeated Any details = 3;`.
struct RPCStatus: Equatable {
    var code = 0
    var message = ""
    /// The type URLs of the details.
    var details: [String] = []

    init?(protobuf bytes: [UInt8]) {
        do {
            try ProtobufFields.forEach(in: bytes) { field in
                switch (field.number, field.content) {
                case (1, .varint(let value)): code = Int(value)
                case (2, .bytes(let range)): message = String(decoding: bytes[range], as: UTF8.self)
                case (3, .bytes(let range)):
                    try ProtobufFields.forEach(in: bytes, range: range) { part in
                        guard part.number == 1, case .bytes(let url) = part.content else { return }
                        details.append(String(decoding: bytes[url], as: UTF8.self))
                    }
                default: break
                }
            }
        } catch {
            return nil
        }
    }
}
