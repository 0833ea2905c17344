import OTLPModel

/// Takes secrets out of texts, by the rules of a `Redaction`.
///
/// What it puts in their place is what OpenTelemetry's conventions put there: `https://REDACTED:REDACTED@host/` and
/// `?sig=REDACTED`. Redacting what is redacted changes nothing.
package struct Redactor: Sendable {
    private let replacesUserInfo: Bool
    /// In lower case.
    private let queryKeys: Set<[UInt8]>
    private let keyEnds: KeyEnds

    private static let placeholder = Array("REDACTED".utf8)

    package init(_ redaction: Redaction = Redaction()) {
        replacesUserInfo = redaction.replacesUserInfo
        queryKeys = Set(redaction.queryKeys.map { Array($0.lowercased().utf8) })
        keyEnds = KeyEnds(of: queryKeys)
    }

    /// Whether there is nothing to look for.
    var isIdle: Bool { !replacesUserInfo && queryKeys.isEmpty }

    /// Where something may stand that has to go: the first `@` behind what may be a user in a URL, or `=` behind what may
    /// be a key that is looked for; the end of the range when there is none.
    ///
    /// Nearly every request has such signs (`/@v/`, `module@v1.0.0`, `?go-get=1`, bytes of times): what is before them is
    /// looked at here, so that only texts with a secret, and few others, are taken apart.
    @inline(__always)
    func firstSign(_ bytes: ByteSpan, _ range: Range<Int>) -> Int {
        let (at, equals) = (UInt8(ascii: "@"), UInt8(ascii: "="))
        var place = bytes.place(of: at, equals, equals, in: range)
        // Behind an `@` that ended no user none does before something ends the host: nothing is looked at twice, or a
        // text of nothing but signs would take its length squared.
        var start = range.lowerBound
        while place < range.upperBound {
            if bytes[place] == equals {
                if mayEndKey(bytes, place) { return place }
            } else {
                if mayEndUserInfo(bytes, start..<place) { return place }
                start = place
            }
            place = bytes.place(of: at, equals, equals, in: place + 1..<range.upperBound)
        }
        return place
    }

    /// Whether a range goes back from its end to `://` without a byte that ends a host.
    private func mayEndUserInfo(_ bytes: ByteSpan, _ range: Range<Int>) -> Bool {
        guard replacesUserInfo else { return false }
        var start = range.upperBound
        while start > range.lowerBound, !Self.endsAuthority(bytes[start - 1]) { start -= 1 }
        guard start > range.lowerBound, start > 2 else { return false }
        let slash = UInt8(ascii: "/")
        return bytes[start - 1] == slash && bytes[start - 2] == slash && bytes[start - 3] == UInt8(ascii: ":")
    }

    /// Whether what stands before a place ends as one of the keys does, or is percent-encoded.
    private func mayEndKey(_ bytes: ByteSpan, _ place: Int) -> Bool {
        guard place > 0 else { return keyEnds.hasEmpty }
        return keyEnds.contains(Self.lowercased(bytes[place - 1]))
            || place > 2 && bytes[place - 3] == UInt8(ascii: "%")
    }

    /// The text without what has to go; nil when nothing has to.
    ///
    /// - Parameter isQuery: Whether the text is a query, so that its first key stands at its beginning.
    package func redacted(_ text: [UInt8], isQuery: Bool = false) -> [UInt8]? {
        var result: [UInt8]?
        if replacesUserInfo { result = withoutUserInfo(text) }
        if !queryKeys.isEmpty { result = withoutQueryValues(result ?? text, isQuery: isQuery) ?? result }
        return result
    }

    // MARK: User and password

    private func withoutUserInfo(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while let slashes = Self.authorityStart(text, from: index) {
            let end = Self.authorityEnd(text, from: slashes)
            index = end
            guard let at = text[slashes..<end].lastIndex(of: UInt8(ascii: "@")) else { continue }
            let hasPassword = text[slashes..<at].contains(UInt8(ascii: ":"))
            let replacement =
                hasPassword ? Self.placeholder + [UInt8(ascii: ":")] + Self.placeholder : Self.placeholder
            guard text[slashes..<at] != replacement[...] else { continue }
            result += text[copied..<slashes]
            result += replacement
            copied = at
        }
        guard copied > 0 else { return nil }
        return result + text[copied...]
    }

    /// The place after the next `://`.
    private static func authorityStart(_ text: [UInt8], from index: Int) -> Int? {
        let slash = UInt8(ascii: "/")
        var place = index
        while place + 2 < text.count {
            if text[place] == UInt8(ascii: ":"), text[place + 1] == slash, text[place + 2] == slash {
                return place + 3
            }
            place += 1
        }
        return nil
    }

    /// Where a host, with a user before it, is over.
    private static func authorityEnd(_ text: [UInt8], from start: Int) -> Int {
        text[start...].firstIndex(where: endsAuthority) ?? text.count
    }

    @inline(__always)
    private static func endsAuthority(_ byte: UInt8) -> Bool {
        isEnd(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?")
    }

    /// What no URL has in it: where one ends in a sentence.
    private static func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7f, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "#"), UInt8(ascii: "`"), UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    // MARK: Queries

    private func withoutQueryValues(_ text: [UInt8], isQuery: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        var keyStart: Int? = isQuery ? 0 : nil
        while index < text.count {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: "#"): keyStart = index
            case UInt8(ascii: "=") where keyStart != nil:
                guard let start = keyStart else { continue }
                keyStart = nil
                let end =
                    text[index...].firstIndex { Self.isEnd($0) || $0 == UInt8(ascii: "&") } ?? text.count
                defer { index = end }
                guard queryKeys.contains(Self.key(text[start..<index - 1])), index < end,
                    text[index..<end] != Self.placeholder[...]
                else { continue }
                result += text[copied..<index]
                result += Self.placeholder
                copied = end
            case _ where Self.isEnd(byte): keyStart = nil
            default: break
            }
        }
        guard copied > 0 else { return nil }
        return result + text[copied...]
    }

    /// A key in lower case, with what is percent-encoded decoded.
    private static func key(_ written: ArraySlice<UInt8>) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(written.count)
        var rest = written
        while let byte = rest.popFirst() {
            var byte = byte
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let high = digit(rest[rest.startIndex]), let low = digit(rest[rest.startIndex + 1])
            {
                byte = high << 4 | low
                rest = rest.dropFirst(2)
            }
            key.append(lowercased(byte))
        }
        return key
    }

    @inline(__always)
    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// The last bytes of keys: most of what stands before an `=` ends otherwise.
private struct KeyEnds: Sendable {
    /// One bit a byte.
    private var bits = SIMD4<UInt64>()
    /// Whether one of the keys has no bytes.
    let hasEmpty: Bool

    /// - Parameter keys: in lower case
    init(of keys: Set<[UInt8]>) {
        hasEmpty = keys.contains([])
        if hasEmpty { bits = ~bits }
        for end in keys.compactMap(\.last) { bits[Int(end >> 6)] |= 1 << UInt64(end & 63) }
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool { bits[Int(byte >> 6)] & 1 << UInt64(byte & 63) != 0 }
}
