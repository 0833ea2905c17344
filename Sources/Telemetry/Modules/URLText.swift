/// The parts of a URL or of the target of a request, as places in its bytes.
struct URLText {
    /// Without user name and port; empty where there is none.
    var host: Range<Int>
    /// From its first slash on; empty where a URL has none.
    var path: Range<Int>
    /// Without the question mark.
    var query: Range<Int>
    /// Whether the path may be percent-encoded.
    var hasPercent = false

    init(_ bytes: ByteSpan, _ range: Range<Int>) {
        var index = range.lowerBound
        let end = range.upperBound
        host = index..<index
        if let authority = Self.authority(bytes, range) {
            index = authority
            index = bytes.place(of: UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), in: index..<end)
            host = Self.host(bytes, authority..<index)
        }
        let start = index
        let (question, fragment) = (UInt8(ascii: "?"), UInt8(ascii: "#"))
        index = bytes.place(of: question, fragment, UInt8(ascii: "%"), in: index..<end)
        if index < end, bytes[index] == UInt8(ascii: "%") {
            hasPercent = true
            index = bytes.place(of: question, fragment, fragment, in: index..<end)
        }
        path = start..<index
        query = index..<index
        guard index < end, bytes[index] == question else { return }
        query = index + 1..<bytes.place(of: fragment, in: index..<end)
    }

    /// Where the authority begins, after `scheme://`; nil for what has no scheme.
    @inline(__always)
    private static func authority(_ bytes: ByteSpan, _ range: Range<Int>) -> Int? {
        guard let first = range.first, bytes[first] != UInt8(ascii: "/") else { return nil }
        for index in range {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") {
                let after = index + 3
                return index > first && after <= range.upperBound && bytes.holds("://", in: index..<after)
                    ? after : nil
            }
            let isScheme =
                ModuleEscape.isLower(byte | 0x20) || ModuleEscape.isDigit(byte)
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            guard isScheme else { return nil }
        }
        return nil
    }

    private static func host(_ bytes: ByteSpan, _ authority: Range<Int>) -> Range<Int> {
        let start = authority.last { bytes[$0] == UInt8(ascii: "@") }.map { $0 + 1 } ?? authority.lowerBound
        var end = authority.upperBound
        // A port is digits after the last colon; an IPv6 address in brackets has colons of its own.
        var index = end
        while index > start, ModuleEscape.isDigit(bytes[index - 1]) { index -= 1 }
        if index > start, bytes[index - 1] == UInt8(ascii: ":") { end = index - 1 }
        return start..<end
    }

    /// Whether a query has a parameter, written exactly like this.
    static func query(_ bytes: ByteSpan, _ range: Range<Int>, has parameter: StaticString) -> Bool {
        var start = range.lowerBound
        for index in range.lowerBound...range.upperBound
        where index == range.upperBound || bytes[index] == UInt8(ascii: "&") {
            if bytes.holds(parameter, in: start..<index) { return true }
            start = index + 1
        }
        return false
    }

    /// Appends a path without its percent-encoding; what is no encoding stays as it is.
    static func appendPercentDecoded(_ bytes: ByteSpan, _ range: Range<Int>, to plain: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < range.upperBound,
                let high = nibble(bytes[index + 1]), let low = nibble(bytes[index + 2])
            {
                plain.append(high << 4 | low)
                index += 3
            } else {
                plain.append(byte)
                index += 1
            }
        }
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        if ModuleEscape.isDigit(byte) { return byte & 0x0f }
        let letter = byte | 0x20
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f") ? letter - 87 : nil
    }
}
