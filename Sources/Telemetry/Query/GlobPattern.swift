/// A text to match whole: `*` stands for any characters, everything else for itself.
struct GlobPattern {
    private let parts: [[UInt8]]

    init(_ pattern: String) {
        parts = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(
            Array.init)
    }

    func matches(_ text: String) -> Bool { matches(Array(text.utf8)[...]) }

    /// In time proportional to both lengths at worst times the number of stars; never backtracks over a star
    /// that was passed.
    func matches(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = parts.first, let last = parts.last else { return text.isEmpty }
        if parts.count == 1 { return text.elementsEqual(first) }
        guard text.count >= first.count + last.count, text.starts(with: first),
            text.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = text.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = Self.find(part, in: rest) else { return false }
            rest = rest[(place + part.count)...]
        }
        return true
    }

    private static func find(_ part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= part.count else { return nil }
        for start in text.startIndex...(text.endIndex - part.count)
        where text[start] == part[0] && text[start..<start + part.count].elementsEqual(part) {
            return start
        }
        return nil
    }
}
