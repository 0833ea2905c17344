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

    /// How the header of an answer begins whose `:status` is 200 (RFC 7541, appendix A, entry 8).
    static let statusOK: UInt8 = 0x88

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

    /// The whole frames in what a server said.
    static func frames(in bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            rest = rest.dropFirst(9)
            guard rest.count >= length else { break }
            frames.append(
                Frame(
                    type: head[3], flags: head[4], stream: head[5...].reduce(0) { $0 << 8 | UInt32($1) },
                    payload: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return frames
    }

    /// The error codes of the GOAWAY frames in what a server said.
    static func goAwayCodes(in bytes: [UInt8]) -> [UInt8] {
        frames(in: bytes).compactMap { $0.type == goAway && $0.payload.count >= 8 ? $0.payload[7] : nil }
    }
}
