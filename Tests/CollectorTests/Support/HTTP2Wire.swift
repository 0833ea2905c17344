/// HTTP/2 by hand: frames that no library would send.
enum HTTP2Wire {
    struct Frame {
        var type: UInt8
        var flags: UInt8
        var stream: UInt32
        var payload: [UInt8]
    }

    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9
    static let alternativeService: UInt8 = 10
    static let origin: UInt8 = 12

    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4

    /// What a connection begins with: the preface and settings.
    static func start(_ settings: [(UInt16, UInt32)] = []) -> [UInt8] {
        let payload = settings.flatMap { bigEndian($0.0) + bigEndian($0.1) }
        return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(Self.settings, payload)
    }

    static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        bigEndian(UInt32(payload.count)).dropFirst() + [type, flags] + bigEndian(stream) + payload
    }

    /// The headers of a request, in one frame.
    static func request(
        stream: UInt32, method: String = "POST", path: String, type: String? = nil, endsStream: Bool = false,
        endsHeaders: Bool = true
    ) -> [UInt8] {
        var fields = [
            (":method", method), (":scheme", "http"), (":path", path), (":authority", "test"),
        ]
        if let type { fields.append(("content-type", type)) }
        let flags = (endsStream ? endStream : 0) | (endsHeaders ? endHeaders : 0)
        return frame(Self.headers, flags: flags, stream: stream, fields.flatMap { literal($0.0, $0.1) })
    }

    /// A whole gRPC call.
    static func call(stream: UInt32, _ message: [UInt8]) -> [UInt8] {
        request(stream: stream, path: GRPCClient.tracesPath, type: "application/grpc")
            + frame(data, flags: endStream, stream: stream, GRPCClient.framed(message))
    }

    /// A header field that HPACK does not remember (RFC 7541, 6.2.2), or that it does (6.2.1).
    static func literal(_ name: String, _ value: String, isIndexed: Bool = false) -> [UInt8] {
        [isIndexed ? 0x40 : 0] + string(name) + string(value)
    }

    private static func string(_ text: String) -> [UInt8] {
        var rest = text.utf8.count
        guard rest >= 127 else { return [UInt8(rest)] + Array(text.utf8) }
        var length: [UInt8] = [127]
        rest -= 127
        while rest >= 128 {
            length.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return length + [UInt8(rest)] + Array(text.utf8)
    }

    static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// The error codes of the GOAWAY frames in what a server said.
    static func goAwayCodes(in bytes: [UInt8]) -> [UInt8] {
        var codes: [UInt8] = []
        var start = 0
        while start + 9 <= bytes.count {
            let length = Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
            if bytes[start + 3] == goAway, start + 17 <= bytes.count { codes.append(bytes[start + 16]) }
            start += 9 + length
        }
        return codes
    }
}
