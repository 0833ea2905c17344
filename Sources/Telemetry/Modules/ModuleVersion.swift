/// The grammar of module versions (go.dev/ref/mod#versions), over bytes.
enum ModuleVersion {
    /// Whether bytes are a canonical version: `v1.2.3`, `v1.2.3-pre.1`, and `+incompatible` as the only suffix.
    static func isCanonical(_ bytes: ByteSpan, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        let end = withoutIncompatible(bytes, range)
        guard index < end, bytes[index] == UInt8(ascii: "v") else { return false }
        index += 1
        for part in 0..<3 {
            let start = index
            while index < end, ModuleEscape.isDigit(bytes[index]) { index += 1 }
            guard isNumber(bytes, start..<index) else { return false }
            guard part < 2 else { break }
            guard index < end, bytes[index] == UInt8(ascii: ".") else { return false }
            index += 1
        }
        guard index < end else { return true }
        return bytes[index] == UInt8(ascii: "-") && isPrerelease(bytes, index + 1..<end)
    }

    /// The place of the time in a pseudo-version, 14 digits like `20191109021931` (UTC, the time of the
    /// commit that the version stands for); nil for a canonical version that is none.
    ///
    /// `vX.0.0-TIME-COMMIT`, `vX.Y.Z-PRE.0.TIME-COMMIT`, `vX.Y.Z-0.TIME-COMMIT`.
    /// - Precondition: the version is canonical
    static func pseudoTime(_ bytes: ByteSpan, _ range: Range<Int>) -> Range<Int>? {
        let end = withoutIncompatible(bytes, range)
        var dash = end
        while dash > range.lowerBound, bytes[dash - 1] != UInt8(ascii: "-") { dash -= 1 }
        let commit = dash..<end
        let time = max(range.lowerBound, dash - 15)..<max(range.lowerBound, dash - 1)
        guard !commit.isEmpty, time.count == 14 else { return nil }
        for index in commit where bytes[index] == UInt8(ascii: ".") { return nil }
        for index in time where !ModuleEscape.isDigit(bytes[index]) { return nil }
        let first = range.first { bytes[$0] == UInt8(ascii: "-") } ?? end
        guard first < time.lowerBound else { return nil }
        let before = range.lowerBound..<time.lowerBound
        // The base is vX.0.0 and nothing else …
        if first == before.upperBound - 1 { return hasZeroMinorAndPatch(bytes, before) ? time : nil }
        // … or what follows the first dash ends with an identifier "0".
        let zero = before.upperBound - 2
        guard zero > first, bytes[zero] == UInt8(ascii: "0"), bytes[zero + 1] == UInt8(ascii: "."),
            zero - 1 == first || bytes[zero - 1] == UInt8(ascii: ".")
        else { return nil }
        return time
    }

    private static func hasZeroMinorAndPatch(_ bytes: ByteSpan, _ range: Range<Int>) -> Bool {
        range.count > 6 && bytes.holds(".0.0-", in: range.upperBound - 5..<range.upperBound)
    }

    private static func withoutIncompatible(_ bytes: ByteSpan, _ range: Range<Int>) -> Int {
        let suffix = 13
        let start = range.upperBound - suffix
        return start >= range.lowerBound && bytes.holds("+incompatible", in: start..<range.upperBound)
            ? start : range.upperBound
    }

    private static func isNumber(_ bytes: ByteSpan, _ range: Range<Int>) -> Bool {
        !range.isEmpty && (range.count == 1 || bytes[range.lowerBound] != UInt8(ascii: "0"))
    }

    /// Identifiers joined by dots; those of digits only have no leading zero.
    private static func isPrerelease(_ bytes: ByteSpan, _ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        var isNumeric = true
        for index in range.lowerBound...range.upperBound {
            if index == range.upperBound || bytes[index] == UInt8(ascii: ".") {
                guard start < index, !isNumeric || isNumber(bytes, start..<index) else { return false }
                start = index + 1
                isNumeric = true
                continue
            }
            let byte = bytes[index]
            guard ModuleEscape.isDigit(byte) || byte == UInt8(ascii: "-") || ModuleEscape.isLower(byte | 0x20)
            else { return false }
            if !ModuleEscape.isDigit(byte) { isNumeric = false }
        }
        return true
    }
}

extension ByteSpan {
    /// Whether a range holds exactly a word.
    @inline(__always)
    func holds(_ word: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<range.count {
            // Safe: the index is below the count of the word's bytes.
            guard unsafe self[range.lowerBound &+ index] == word.utf8Start[index] else { return false }
        }
        return true
    }

    /// Whether a range ends with a word.
    @inline(__always)
    func ends(_ range: Range<Int>, with word: StaticString) -> Bool {
        let start = range.upperBound - word.utf8CodeUnitCount
        return start >= range.lowerBound && holds(word, in: start..<range.upperBound)
    }

    /// Whether a range begins with a word.
    @inline(__always)
    func begins(_ range: Range<Int>, with word: StaticString) -> Bool {
        range.count >= word.utf8CodeUnitCount
            && holds(word, in: range.lowerBound..<range.lowerBound + word.utf8CodeUnitCount)
    }
}
