/// What takes the value of a column: SQLite at once, or memory for later.
protocol ValueTarget {
    func null()
    func integer(_ value: Int64)
    func real(_ value: Double)
    /// UTF-8, copied.
    func text(_ bytes: ByteSpan)
    func text(_ value: String)
    func blob(_ bytes: ByteSpan)
}

extension SQLResult: ValueTarget {}

/// Values that are kept in memory.
final class KeptValues: ValueTarget {
    private(set) var values: [SQLValue] = []
    /// How much memory texts take.
    private(set) var textBytes = 0

    func null() { values.append(.null) }
    func integer(_ value: Int64) { values.append(.integer(value)) }
    func real(_ value: Double) { values.append(.real(value)) }
    func text(_ bytes: ByteSpan) { text(String(decoding: Array(bytes, 0..<bytes.count), as: UTF8.self)) }

    func blob(_ bytes: ByteSpan) { values.append(.blob(Array(bytes, 0..<bytes.count))) }

    func text(_ value: String) {
        values.append(.text(value))
        textBytes += value.utf8.count
    }
}

extension ValueTarget {
    func optional(_ word: String?) {
        if let word { text(word) } else { null() }
    }

    func value(_ value: SQLValue) {
        switch value {
        case .null: null()
        case .integer(let number): integer(number)
        case .real(let number): real(number)
        case .text(let words): text(words)
        case .blob(let bytes): blob(bytes.span)
        }
    }

    /// An id's digits.
    func hexadecimal(_ id: UInt64) {
        var digits = InlineArray<16, UInt8>(repeating: 0)
        for place in 0..<16 { digits[place] = Self.digit(place, of: id) }
        text(digits.span)
    }

    func hexadecimal(_ high: UInt64, _ low: UInt64) {
        var digits = InlineArray<32, UInt8>(repeating: 0)
        for place in 0..<16 {
            digits[place] = Self.digit(place, of: high)
            digits[place + 16] = Self.digit(place, of: low)
        }
        text(digits.span)
    }

    @inline(__always)
    private static func digit(_ place: Int, of id: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: id &>> UInt64(60 - 4 * place)) & 15
        return digit < 10 ? 0x30 + digit : 0x57 + digit
    }
}
