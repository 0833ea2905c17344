/// Places in the text of a YAML file.
enum YAMLText {
    typealias Place = (line: Int, column: Int)

    /// The line and the column of a character, both from 1.
    static func place(ofScalar offset: Int, in text: String) -> Place {
        var place: Place = (1, 1)
        for scalar in text.unicodeScalars.prefix(offset) {
            if scalar == "\n" {
                place = (place.line + 1, 1)
            } else {
                place.column += 1
            }
        }
        return place
    }

    /// Where a key stands once more in the same mapping; nil when it cannot be told.
    static func place(ofKey key: String, after first: ConfigPosition, in text: String) -> Place? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for number in first.line..<max(first.line, lines.count) {
            let line = lines[number].unicodeScalars
            let indent = line.prefix { $0 == " " }.count
            guard indent == first.column - 1 else { continue }
            let rest = Substring(line.dropFirst(indent))
            for written in [key, "\"\(key)\"", "'\(key)'"] where rest.hasPrefix(written) {
                let after = rest.dropFirst(written.count).drop { $0 == " " }
                if after.hasPrefix(":") { return (number + 1, indent + 1) }
            }
        }
        return nil
    }

    /// The line and the column of the first byte that is not UTF-8; nil when all are.
    static func firstBrokenByte(in bytes: [UInt8]) -> Place? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var line = 1
        var lineStart = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") || index == bytes.count - 1 {
            let lineBytes = bytes[lineStart...index]
            if String(validating: lineBytes, as: UTF8.self) == nil {
                let good = validPrefixCount(lineBytes)
                let text = String(decoding: lineBytes.prefix(good), as: UTF8.self)
                return (line, text.unicodeScalars.count + 1)
            }
            line += 1
            lineStart = index + 1
        }
        return nil
    }

    /// How many bytes at the beginning are UTF-8.
    private static func validPrefixCount(_ bytes: ArraySlice<UInt8>) -> Int {
        var count = 0
        while count < bytes.count {
            // A character has at most four bytes.
            let length = (1...4).first { length in
                count + length <= bytes.count
                    && String(validating: bytes.dropFirst(count).prefix(length), as: UTF8.self) != nil
            }
            guard let length else { break }
            count += length
        }
        return count
    }
}
