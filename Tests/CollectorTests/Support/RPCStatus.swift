/// A `google.rpc.Status` read from its protobuf bytes: `int32 code = 1; string message = 2;`, both short.
struct RPCStatus: Equatable {
    var code: Int
    var message: String

    init?(protobuf bytes: [UInt8]) {
        guard bytes.count >= 4, bytes[0] == 0x08, bytes[1] < 0x80, bytes[2] == 0x12 else { return nil }
        var length = Int(bytes[3])
        var start = 4
        if length >= 0x80 {
            guard bytes.count > 4, bytes[4] < 0x80 else { return nil }
            length = length & 0x7f | Int(bytes[4]) << 7
            start = 5
        }
        guard bytes.count == start + length else { return nil }
        code = Int(bytes[1])
        message = String(decoding: bytes[start...], as: UTF8.self)
    }
}
