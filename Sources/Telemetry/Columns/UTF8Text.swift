/// UTF-8 that senders should have sent.
enum UTF8Text {
    /// Whether bytes are well-formed UTF-8.
    static func isValid(_ bytes: ByteSpan) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }

    /// The bytes themselves when they are UTF-8, else the same text with U+FFFD where it is broken: a
    /// badly encoded string never costs a batch (OTLP wants UTF-8 in every string).
    static func mended(_ bytes: [UInt8]) -> [UInt8] {
        isValid(bytes.span) ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
