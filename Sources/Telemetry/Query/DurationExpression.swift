/// A length of time as people write it: `250ms`, `90s`, `1h30m`, `1.5h`, `7d`, `1w`.
///
/// Units go from large to small, each at most once, so that a slip like `5m10h` is not taken for a time.
package enum DurationExpression {
    private static let units: [(name: String, nanoseconds: UInt64)] = [
        ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000),
        ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1),
    ]

    private static let longest = UInt64(Int64.max)

    /// - Throws: `TimeExpressionError` with what is accepted.
    package static func parse(_ text: String) throws(TimeExpressionError) -> Int64 {
        let trimmed = trimmingSpaces(text)
        guard let nanos = nanoseconds(trimmed) else {
            if isTooLong(trimmed) {
                throw TimeExpressionError(
                    "'\(DisplayText.escaped(text))' is longer than 292 years, which is the longest duration")
            }
            throw TimeExpressionError(
                "cannot read '\(DisplayText.escaped(text))' as a duration; accepted are numbers with the units "
                    + "ns, us, ms, s, m, h, d and w, like 250ms, 1.5s or 1h30m")
        }
        return nanos
    }

    /// Nanoseconds, never negative; nil when the text is no duration, or one of more than 292 years.
    package static func nanoseconds(_ text: String) -> Int64? {
        var rest = Array(text.replacingMicroSigns.utf8)[...]
        var total: UInt64 = 0
        var nextUnit = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let whole = rest.prefix(while: isDigit)
            rest = rest.dropFirst(whole.count)
            var fraction: ArraySlice<UInt8> = []
            if rest.first == UInt8(ascii: ".") {
                fraction = rest.dropFirst().prefix(while: isDigit)
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(1 + fraction.count)
            }
            let name = String(decoding: rest.prefix(while: { !isDigit($0) }), as: UTF8.self)
            guard let count = UInt64(String(decoding: whole, as: UTF8.self)),
                let position = units[nextUnit...].firstIndex(where: { $0.name == name })
            else { return nil }
            rest = rest.dropFirst(name.utf8.count)
            nextUnit = position + 1
            let (product, overflow) = count.multipliedReportingOverflow(by: units[position].nanoseconds)
            let part = partOfUnit(units[position].nanoseconds, fraction: fraction)
            // A part is smaller than a week: added to what fits in 63 bits it cannot overflow 64.
            guard !overflow, total <= longest, product <= longest - total else { return nil }
            total += product + part
        }
        return Int64(exactly: total)
    }

    /// Whether a text that `nanoseconds` does not take would be a duration if its numbers were smaller.
    static func isTooLong(_ text: String) -> Bool {
        var isInNumber = false
        let small = text.compactMap { character -> Character? in
            guard character.isASCII, character.isNumber else {
                isInNumber = false
                return character
            }
            defer { isInNumber = true }
            return isInNumber ? nil : "1"
        }
        return nanoseconds(text) == nil && nanoseconds(String(small)) != nil
    }

    /// A decimal fraction of a unit, rounded down to nanoseconds; digits after the eighteenth are dropped.
    private static func partOfUnit(_ unit: UInt64, fraction: ArraySlice<UInt8>) -> UInt64 {
        var numerator: UInt64 = 0
        var denominator: UInt64 = 1
        for digit in fraction.prefix(18) {
            numerator = numerator * 10 + UInt64(digit - UInt8(ascii: "0"))
            denominator *= 10
        }
        return denominator.dividingFullWidth(unit.multipliedFullWidth(by: numerator)).quotient
    }
}

extension String {
    /// `µs` with either of the two signs that look like mu, as `us`.
    fileprivate var replacingMicroSigns: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\u{b5}" || $0 == "\u{3bc}" ? "u" : $0 }))
    }
}
