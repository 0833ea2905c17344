/// Texts that are longer than what is kept of them.
enum LongText {
    /// What is kept of a text, if that is not all of it: of broken UTF-8 what it is mended to counts.
    static func beginning(_ content: ByteSpan, _ text: Range<Int>, bytesMax: Int) -> [UInt8]? {
        guard text.count > bytesMax || !UTF8Text.isValid(content.extracting(text)) else { return nil }
        let mended = UTF8Text.mended(Array(content, text))
        return mended.count > bytesMax ? cut(mended.span, mended.indices, bytesMax: bytesMax) : nil
    }

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
