/// The case encoding of module paths and versions in URLs: every upper-case letter is written as `!` and the
/// lower-case one, so that a proxy's files can lie on a file system that ignores case.
package enum ModuleEscape {
    /// The path as the protocol writes it: `github.com/Azure/x` becomes `github.com/!azure/x`.
    package static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUpper(byte) {
                bytes.append(UInt8(ascii: "!"))
                bytes.append(byte | 0x20)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What an encoded path stands for; nil when it is not encoded: it has an upper-case letter, or a `!`
    /// without a lower-case letter after it.
    package static func decoded(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        return isEncoded(bytes.span, bytes.indices) ? decoded(bytes.span, bytes.indices) : nil
    }

    /// Whether bytes are encoded as they should be.
    static func isEncoded(_ bytes: ByteSpan, _ range: Range<Int>) -> Bool {
        for index in range {
            let byte = bytes[index]
            if isUpper(byte) { return false }
            if byte == UInt8(ascii: "!") {
                guard index + 1 < range.upperBound, isLower(bytes[index + 1]) else { return false }
            }
        }
        return true
    }

    /// What encoded bytes stand for.
    static func decoded(_ bytes: ByteSpan, _ range: Range<Int>) -> String {
        var plain: [UInt8] = []
        plain.reserveCapacity(range.count)
        appendDecoded(bytes, range, to: &plain)
        return String(decoding: plain, as: UTF8.self)
    }

    static func appendDecoded(_ bytes: ByteSpan, _ range: Range<Int>, to plain: inout [UInt8]) {
        var raises = false
        for index in range {
            let byte = bytes[index]
            if byte == UInt8(ascii: "!"), !raises {
                raises = true
            } else {
                plain.append(raises && isLower(byte) ? byte & ~0x20 : byte)
                raises = false
            }
        }
    }

    @inline(__always)
    static func isUpper(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }

    @inline(__always)
    static func isLower(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
