/// Texts that are longer than what is kept of them.
enum LongText {
    /// The beginning of a text, and how long it was: never more than `bytesMax` bytes.
    /// - Parameters:
    ///   - text: more than `bytesMax` bytes
    ///   - bytesMax: at least 64
    static func cut(_ content: ByteSpan, _ text: Range<Int>, bytesMax: Int) -> [UInt8] {
        let mark = Array("\u{2026} [cut: \(text.count) bytes]".utf8)
        var end = text.lowerBound + max(0, bytesMax - mark.count)
        // Not within a character: at the most three bytes that continue one.
        for _ in 0..<3 where end > text.lowerBound && content[end] & 0xc0 == 0x80 { end -= 1 }
        return Array(content, text.lowerBound..<end) + mark
    }
}
