/// The text of bytes that OTLP says are UTF-8, with U+FFFD where they are not: broken text never costs
/// a batch.
/// - Returns: the text, and whether anything had to be replaced
package func repairedUTF8(_ bytes: ByteSpan) -> (text: String, wasBroken: Bool) {
    do {
        return (String(copying: try UTF8Span(validating: bytes)), false)
    } catch {
        // Safe: the pointer is used within the closure only.
        let text = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        return (text, true)
    }
}
