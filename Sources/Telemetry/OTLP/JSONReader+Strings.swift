extension JSONReader {
    /// A string's text, escapes resolved.
    mutating func string() throws(DecodeError) -> String {
        try expect(.string)
        index += 1
        let start = index
        // Most strings have no escape: their bytes are the text.
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return text(bytes.extracting(start..<index - 1))
            }
            if byte == UInt8(ascii: "\\") { break }
            try checkIsNoControl(byte)
            index += 1
        }
        return try stringWithEscapes(from: start)
    }

    /// Continues at the first escape of a string that begins at `start`.
    private mutating func stringWithEscapes(from start: Int) throws(DecodeError) -> String {
        var content: [UInt8] = []
        content.append(bytes.extracting(start..<index))
        let repairedBefore = repairedStrings
        // However many places of it are broken, it is one string.
        defer { repairedStrings = min(repairedStrings, repairedBefore + 1) }
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return text(content.span)
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &content)
            default:
                try checkIsNoControl(byte)
                content.append(byte)
                index += 1
            }
        }
        throw malformed("a string without an end")
    }

    /// Passes over a string.
    mutating func skipString() throws(DecodeError) {
        let repairedBefore = repairedStrings
        defer { repairedStrings = repairedBefore }
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"):
                var ignored: [UInt8] = []
                index += 1
                try escape(into: &ignored)
            default:
                try checkIsNoControl(byte)
                index += 1
            }
        }
        throw malformed("a string without an end")
    }

    private mutating func text(_ content: ByteSpan) -> String {
        let (text, wasBroken) = repairedUTF8(content)
        if wasBroken { repairedStrings += 1 }
        return text
    }

    private func checkIsNoControl(_ byte: UInt8) throws(DecodeError) {
        if byte < 0x20 { throw malformed("a control character in a string: escape it") }
    }

    /// What follows a backslash.
    private mutating func escape(into content: inout [UInt8]) throws(DecodeError) {
        guard let letter = peek() else { throw malformed("a string without an end") }
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            content.append(contentsOf: String(try escapedScalar()).utf8)
        default:
            index -= 1
            throw malformed("no such escape in a string")
        }
    }

    /// The four digits after `\u`, and those of a second surrogate. A lone surrogate is U+FFFD.
    private mutating func escapedScalar() throws(DecodeError) -> Character {
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        let isFollowedByEscape =
            index + 1 < bytes.count && bytes[index] == UInt8(ascii: "\\")
            && bytes[index + 1] == UInt8(ascii: "u")
        if unit < 0xdc00, isFollowedByEscape {
            let beforeSecond = index
            index += 2
            let second = try fourHexDigits()
            if (0xdc00...0xdfff).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (second - 0xdc00))
            {
                return Character(scalar)
            }
            // Not its other half: it stands for itself.
            index = beforeSecond
        }
        repairedStrings += 1
        return "\u{fffd}"
    }

    private mutating func fourHexDigits() throws(DecodeError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek().flatMap(hexDigitValue) else {
                throw malformed("expected four hex digits after \\u")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}

/// The value of a hex digit of either case.
func hexDigitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
