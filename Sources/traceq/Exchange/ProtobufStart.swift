/// Tells OTLP protobuf from JSON by how a request begins. The tag of a request's first field is a line feed, which
/// may stand before JSON as well, and a `ResourceSpans` of 123 bytes has `{` for a length.
enum ProtobufStart {
    /// With so many bytes of a request, or all of it, nothing is left open.
    static let bytesNeeded = 4 + 0x7f + 1

    private static let lineFeed: UInt8 = 0x0a
    private static let brace = UInt8(ascii: "{")

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == lineFeed || byte == 0x0d || byte == 0x09
    }

    /// Whether bytes begin as a JSON object does, and not as protobuf.
    static func isJSON(_ bytes: [UInt8]) -> Bool {
        guard let visible = bytes.firstIndex(where: { !isSpace($0) }), bytes[visible] == brace else {
            return false
        }
        guard visible == 1, bytes[0] == lineFeed, bytes.count > 2 else { return true }
        switch bytes[2] {
        case lineFeed: return !isResource(bytes)
        // What JSON may go on with: a key, the end or a space. No field of `ResourceSpans` begins with one of these.
        case UInt8(ascii: "\""), UInt8(ascii: "}"), 0x20, 0x0d, 0x09: return true
        default: return false
        }
    }

    /// Whether `0a 7b 0a LENGTH …` goes on as `ResourceSpans` does after its resource.
    private static func isResource(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 3, bytes[3] < 0x80 else { return false }
        let after = 4 + Int(bytes[3])
        // The resource is all that is in it.
        if after == 2 + Int(brace) { return true }
        return after < bytes.count && (bytes[after] == 0x12 || bytes[after] == 0x1a)
    }
}
