/// The bound of a comparison: where a column's value stands to it, by SQLite's rules.
struct Ordering<Value> {
    enum Place {
        case below
        case equal
        case above
    }

    let compare: (Value) -> Place
}

extension Ordering where Value: Comparable {
    fileprivate init(_ bound: Value) {
        compare = { $0 < bound ? .below : $0 == bound ? .equal : .above }
    }

    /// Every number is below every text and every blob.
    fileprivate static var pastNumbers: Ordering { Ordering { _ in .below } }
}

extension Ordering<Int64> {
    /// Where integers stand to a value.
    static func integers(_ bound: SQLValue) -> Ordering {
        switch bound {
        case .integer(let number): Ordering(number)
        case .real(let number):
            // Exactly: integers of 63 bits have more digits than a double.
            if number >= 0x1p63 {
                Ordering { _ in .below }
            } else if number < -0x1p63 {
                Ordering { _ in .above }
            } else {
                Ordering { value in
                    let whole = Int64(number.rounded(.down))
                    if value != whole { return value < whole ? .below : .above }
                    return Double(whole) == number ? .equal : .below
                }
            }
        case .null, .text, .blob: pastNumbers
        }
    }
}

extension Ordering<Double> {
    /// Where reals stand to a value.
    static func reals(_ bound: SQLValue) -> Ordering {
        switch bound {
        case .integer(let number): Ordering(Double(number))
        case .real(let number): Ordering(number)
        case .null, .text, .blob: pastNumbers
        }
    }
}

extension Ordering<String> {
    /// Where texts stand to a value, byte by byte. A number counts as its text, as in a column of type TEXT; a
    /// blob is above all texts.
    static func texts(_ values: SQLArguments, _ index: Int) -> Ordering {
        if case .blob = values[index] { return Ordering { _ in .below } }
        let bound = values.withBytes(index) { Array($0, 0..<$0.count) }
        return Ordering { value in
            if value.utf8.elementsEqual(bound) { return .equal }
            return value.utf8.lexicographicallyPrecedes(bound) ? .below : .above
        }
    }
}

extension TraceID {
    /// An id as the column `trace_id` shows it; nil for any other text.
    init?(hexadecimal digits: ByteSpan) {
        guard digits.count == 32 else { return nil }
        var halves: [UInt64] = [0, 0]
        for place in 0..<32 {
            let digit: UInt8
            switch digits[place] {
            case 0x30...0x39: digit = digits[place] - 0x30
            case 0x61...0x66: digit = digits[place] - 0x57
            default: return nil
            }
            halves[place / 16] = halves[place / 16] << 4 | UInt64(digit)
        }
        self.init(high: halves[0], low: halves[1])
    }
}
