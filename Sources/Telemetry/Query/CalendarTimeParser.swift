/// Reads dates and RFC 3339 times: `2026-08-21`, `2026-08-21T10:00`, `2026-08-21 10:00:00.5+02:00`.
///
/// More is accepted than RFC 3339 asks for (a space for the `T`, no seconds, no zone), and nothing that
/// no calendar has: 30 February is refused.
enum CalendarTimeParser {
    /// Nil when the text does not begin like a date.
    ///
    /// - Throws: `TimeExpressionError` for a date that does not exist, or that cannot be stored.
    static func parse(_ text: String) throws(TimeExpressionError) -> TimeExpression? {
        var bytes = Array(text.utf8)[...]
        guard let year = number(&bytes, digits: 4), skip(&bytes, "-"),
            let month = number(&bytes, digits: 2), skip(&bytes, "-"), let day = number(&bytes, digits: 2)
        else { return nil }
        guard (1...12).contains(month), (1...CivilTime.daysInMonth(month, year: year)).contains(day) else {
            throw TimeExpressionError(
                "'\(DisplayText.escaped(text))' names a day that the calendar does not have")
        }
        var civil = CivilTime(year: year, month: month, day: day)
        guard !bytes.isEmpty else { return try .inRange(.local(civil, nanoseconds: 0), year: year, text) }
        guard skip(&bytes, "T") || skip(&bytes, "t") || skip(&bytes, " "),
            let nanoseconds = timeOfDay(&bytes, &civil)
        else { throw TimeExpressionError(unreadable: text) }
        guard !bytes.isEmpty else {
            return try .inRange(.local(civil, nanoseconds: nanoseconds), year: year, text)
        }
        guard let offset = TimeZoneRules.offsetSeconds(bytes) else {
            throw TimeExpressionError(unreadable: text)
        }
        let seconds = civil.secondsFromEpoch - Int64(offset)
        let time = TimeExpression.clamped(seconds: seconds, nanoseconds: nanoseconds)
        return try .inRange(.absolute(time), year: year, text)
    }

    /// Reads `21:42`, `21:42:10` and `21:42:10.5`; nil for anything else.
    static func timeOfDay(_ text: String) -> TimeExpression? {
        var bytes = Array(text.utf8)[...]
        var civil = CivilTime(year: 1970, month: 1, day: 1)
        guard let nanoseconds = timeOfDay(&bytes, &civil), bytes.isEmpty else { return nil }
        return .timeOfDay(seconds: Int(civil.secondsFromEpoch), nanoseconds: nanoseconds)
    }

    /// Nanoseconds of a decimal fraction of a second; digits after the ninth are dropped.
    static func nanoseconds(fraction: some Collection<UInt8>) -> Int {
        var value = 0
        var scale = 100_000_000
        for digit in fraction.prefix(9) {
            value += Int(digit - UInt8(ascii: "0")) * scale
            scale /= 10
        }
        return value
    }

    /// Fills in the time of day and returns the nanoseconds; nil when it is none.
    private static func timeOfDay(_ bytes: inout ArraySlice<UInt8>, _ civil: inout CivilTime) -> Int? {
        guard let hour = number(&bytes, digits: 2), hour < 24, skip(&bytes, ":"),
            let minute = number(&bytes, digits: 2), minute < 60
        else { return nil }
        civil.hour = hour
        civil.minute = minute
        guard skip(&bytes, ":") else { return 0 }
        guard let second = number(&bytes, digits: 2), second < 60 || (second == 60 && minute == 59) else {
            return nil
        }
        civil.second = second
        guard skip(&bytes, ".") || skip(&bytes, ",") else { return 0 }
        let fraction = bytes.prefix(while: isDigit)
        guard !fraction.isEmpty else { return nil }
        bytes = bytes.dropFirst(fraction.count)
        return nanoseconds(fraction: fraction)
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>, digits: Int) -> Int? {
        let head = bytes.prefix(digits)
        guard head.count == digits, head.allSatisfy(isDigit) else { return nil }
        bytes = bytes.dropFirst(digits)
        return head.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func skip(_ bytes: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
        guard bytes.first == UInt8(ascii: character) else { return false }
        bytes = bytes.dropFirst()
        return true
    }
}

extension TimeExpression {
    /// The expression itself, when every moment of its year can be stored.
    fileprivate static func inRange(
        _ expression: TimeExpression, year: Int, _ text: String
    ) throws(TimeExpressionError) -> TimeExpression {
        guard (1678...2261).contains(year) else { throw TimeExpressionError(outside: text) }
        return expression
    }
}
