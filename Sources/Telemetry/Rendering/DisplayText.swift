/// Text from telemetry, made safe to print.
///
/// Whoever sends telemetry chooses its names: an escape sequence in one could clear the screen, set the
/// clipboard or forge a line. So what has no visible shape of its own is written as what it is, on
/// terminals and in pipes alike, since pipes end on terminals.
package enum DisplayText {
    /// `ESC` becomes `\x1b`, a line break `\n`, a right-to-left override `‹U+202E›`.
    package static func escaped(_ text: String) -> String {
        // Nearly all text is plain ASCII: no need to look at it character by character.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
        guard text.unicodeScalars.contains(where: mustEscape) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if mustEscape(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The same for a text between quotation marks: quotes and backslashes get a backslash in front.
    package static func quotable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return escaped(result)
    }

    /// Whether a character acts on the terminal, or on its neighbours, instead of being seen.
    package static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x20 { return true }
        if scalar.value < 0x7f { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: break
        }
        switch scalar.value {
        case 0x115f, 0x1160, 0x3164, 0xffa0: return true  // Hangul fillers: letters that show nothing.
        case 0x34f, 0x17b4, 0x17b5, 0xe0100...0xe01ef: return true  // joiners and selectors, invisible too
        default: return scalar.properties.isNoncharacterCodePoint
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x09: return "\\t"
        case 0x0a: return "\\n"
        case 0x0d: return "\\r"
        case ..<0x100 where scalar.properties.generalCategory == .control:
            return "\\x" + hexadecimal(scalar.value, digits: 2)
        default:
            return "‹U+" + hexadecimal(scalar.value, digits: 4).uppercased() + "›"
        }
    }
}

/// Lower-case hex digits, with zeros in front up to `digits`.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// Lower-case hex of bytes.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }
    var digits: [UInt8] = []
    digits.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
        digits.append(digit(byte >> 4))
        digits.append(digit(byte & 15))
    }
    return String(decoding: digits, as: UTF8.self)
}
