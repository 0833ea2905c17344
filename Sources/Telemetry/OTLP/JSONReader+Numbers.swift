extension JSONReader {
    /// Characters that a number may have: an emitter's longest double has 24.
    private static let numberLengthMax = 4096

    /// The next value, which must be a number, as the range of its characters.
    mutating func number() throws(DecodeError) -> Range<Int> {
        try expect(.number)
        guard let end = JSONNumber.end(in: bytes, from: index) else { throw malformed("a malformed number") }
        guard end - index <= Self.numberLengthMax else {
            throw malformed("a number of more than \(Self.numberLengthMax) characters")
        }
        let range = index..<end
        index = end
        return range
    }

    /// An integer, as a number or as a string of one: OTLP/JSON writes 64-bit integers as strings.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws(DecodeError) -> Value {
        let before = index
        let result: Result<Value, JSONNumber.Problem>
        switch try kind() {
        case .string: result = JSONNumber.integer(Array(try string().utf8).span)
        case .number: result = JSONNumber.integer(bytes.extracting(try number()))
        case let other: throw malformed("expected an integer, found \(other.rawValue)")
        }
        switch result {
        case .success(let value): return value
        case .failure(let problem):
            index = before
            skipWhitespace()
            throw malformed(problem.description(wanted: "\(Value.min)...\(Value.max)"))
        }
    }

    /// A double, as a number or as a string: `"NaN"`, `"Infinity"`, `"-Infinity"` or a number.
    mutating func double() throws(DecodeError) -> Double {
        let before = index
        let value: Double?
        switch try kind() {
        case .string:
            switch try string() {
            case "NaN": return .nan
            case "Infinity": return .infinity
            case "-Infinity": return -.infinity
            case let text: value = JSONNumber.double(Array(text.utf8).span)
            }
        case .number: value = JSONNumber.double(bytes.extracting(try number()))
        case let other: throw malformed("expected a number, found \(other.rawValue)")
        }
        if let value, value.isFinite { return value }
        index = before
        skipWhitespace()
        throw malformed(value == nil ? "not a number" : "a number beyond what 64 bits can hold")
    }
}

/// The grammar of JSON's numbers, for numbers and for strings that hold one.
enum JSONNumber {
    enum Problem: Error {
        case malformed
        case fraction
        case outOfRange

        func description(wanted range: String) -> String {
            switch self {
            case .malformed: "not an integer"
            case .fraction: "expected an integer, found a fraction"
            case .outOfRange: "an integer outside \(range)"
            }
        }
    }

    /// Where the number that begins at `start` ends; `nil` when none does.
    static func end(in bytes: ByteSpan, from start: Int) -> Int? {
        var index = start
        func byte() -> UInt8? { index < bytes.count ? bytes[index] : nil }
        func digits() -> Int {
            let first = index
            while let digit = byte(), isDigit(digit) { index += 1 }
            return index - first
        }
        if byte() == UInt8(ascii: "-") { index += 1 }
        let startsWithZero = byte() == UInt8(ascii: "0")
        let wholeDigits = digits()
        guard wholeDigits > 0, !startsWithZero || wholeDigits == 1 else { return nil }
        if byte() == UInt8(ascii: ".") {
            index += 1
            guard digits() > 0 else { return nil }
        }
        if byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") {
            index += 1
            if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { index += 1 }
            guard digits() > 0 else { return nil }
        }
        return index
    }

    /// The double of a whole text; infinite when it is too large.
    static func double(_ bytes: ByteSpan) -> Double? {
        guard end(in: bytes, from: 0) == bytes.count else { return nil }
        return Double(repairedUTF8(bytes).text)
    }

    /// The integer of a whole text, exactly: `1e3` and `10.0` are integers, `0.5` is none.
    static func integer<Value: FixedWidthInteger>(_ bytes: ByteSpan) -> Result<Value, Problem> {
        guard let decimal = Decimal(bytes) else { return .failure(.malformed) }
        if decimal.digits.isEmpty { return .success(0) }
        guard decimal.exponent >= 0 else { return .failure(.fraction) }
        // 64 bits have 20 digits at the most.
        guard decimal.digits.count + decimal.exponent <= 20 else { return .failure(.outOfRange) }
        var value: Value = 0
        for position in 0..<decimal.digits.count + decimal.exponent {
            let digit = position < decimal.digits.count ? decimal.digits[position] : 0
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            // Downwards for negative numbers: the smallest one has no positive counterpart.
            let (next, overflowedNext) =
                decimal.isNegative
                ? tens.subtractingReportingOverflow(Value(digit))
                : tens.addingReportingOverflow(Value(digit))
            guard !overflowed, !overflowedNext else { return .failure(.outOfRange) }
            value = next
        }
        return .success(value)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// `digits × 10^exponent`, with no zero at either end of the digits.
    private struct Decimal {
        var isNegative = false
        var digits: [UInt8] = []
        var exponent = 0

        init?(_ bytes: ByteSpan) {
            guard JSONNumber.end(in: bytes, from: 0) == bytes.count else { return nil }
            var isFraction = false
            var index = 0
            scan: while index < bytes.count {
                let byte = bytes[index]
                index += 1
                switch byte {
                case UInt8(ascii: "-"): isNegative = true
                case UInt8(ascii: "."): isFraction = true
                case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
                default:
                    if isFraction { exponent -= 1 }
                    if byte != UInt8(ascii: "0") || !digits.isEmpty {
                        digits.append(byte - UInt8(ascii: "0"))
                    }
                }
            }
            var power = 0
            var isPowerNegative = false
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "-"): isPowerNegative = true
                case UInt8(ascii: "+"): break
                // Far beyond every range already: more digits change nothing.
                case let byte where power < 1_000_000: power = power * 10 + Int(byte - UInt8(ascii: "0"))
                default: break
                }
                index += 1
            }
            exponent += isPowerNegative ? -power : power
            while digits.last == 0 {
                digits.removeLast()
                exponent += 1
            }
        }
    }
}
