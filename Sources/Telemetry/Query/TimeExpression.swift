/// A moment as people write it on the command line, before "now" and the zone are known.
package enum TimeExpression: Hashable, Sendable {
    /// A moment that needs nothing else: RFC 3339 with a zone, or Unix time.
    case absolute(UnixNanos)
    /// A date, perhaps with a time of day, in a zone yet to be named. Nanoseconds 0…999,999,999.
    case local(CivilTime, nanoseconds: Int)
    /// So many nanoseconds after now; negative lies in the past.
    case fromNow(nanoseconds: Int64)
    /// A time of day, the latest that is not in the future: seconds after midnight, nanoseconds
    /// 0…999,999,999.
    case timeOfDay(seconds: Int, nanoseconds: Int)
    /// The midnight that begins today (0) or yesterday (1).
    case midnight(daysAgo: Int)

    /// What the grammar allows, for error messages and help.
    package static let grammar = """
        a duration ago (90s, 15m, 1h30m, 7d, 1w), now, now-1h, today, yesterday, a time of day (21:42), \
        a date (2026-08-21), a time (2026-08-21 21:42, 2026-08-21T21:42:00Z), or Unix seconds, millis, micros or nanos
        """

    /// - Throws: `TimeExpressionError` with a sentence that says what is accepted.
    package init(parsing text: String) throws(TimeExpressionError) {
        let trimmed = trimmingSpaces(text)
        if let named = Self.named(trimmed.lowercased()) {
            self = named
        } else if trimmed.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }),
            trimmed.utf8.first.map(isDigit) == true
        {
            self = .absolute(try Self.unixTime(trimmed))
        } else if let calendar = try CalendarTimeParser.parse(trimmed) {
            self = calendar
        } else if let timeOfDay = CalendarTimeParser.timeOfDay(trimmed) {
            self = timeOfDay
        } else if let nanos = try Self.relative(trimmed) {
            self = .fromNow(nanoseconds: nanos)
        } else {
            throw TimeExpressionError(unreadable: text)
        }
    }

    /// The moment that is meant when it is `now`; what lies outside the years 1677 to 2262 becomes the
    /// nearest moment inside.
    package func resolve(now: UnixNanos, zone: TimeZoneRules) -> UnixNanos {
        switch self {
        case .absolute(let time): return time
        case .fromNow(let nanoseconds): return now.advanced(byNanos: nanoseconds)
        case .local(let civil, let nanoseconds):
            let seconds = zone.unixSeconds(localSeconds: civil.secondsFromEpoch)
            return Self.clamped(seconds: seconds, nanoseconds: nanoseconds)
        case .timeOfDay(let seconds, let nanoseconds):
            let today = Self.moment(daysAgo: 0, secondOfDay: seconds, nanoseconds, now: now, zone: zone)
            guard today > now else { return today }
            return Self.moment(daysAgo: 1, secondOfDay: seconds, nanoseconds, now: now, zone: zone)
        case .midnight(let daysAgo):
            return Self.moment(daysAgo: daysAgo, secondOfDay: 0, 0, now: now, zone: zone)
        }
    }

    /// When clocks of a zone showed a time of day, so many days before the day on which it is now.
    private static func moment(
        daysAgo: Int, secondOfDay: Int, _ nanoseconds: Int, now: UnixNanos, zone: TimeZoneRules
    ) -> UnixNanos {
        let seconds = floorDivide(now.rawValue, 1_000_000_000)
        let local = seconds + Int64(zone.secondsEastOfUTC(seconds))
        let day = floorDivide(local, CivilTime.secondsPerDay) - Int64(daysAgo)
        let localSeconds = day * CivilTime.secondsPerDay + Int64(secondOfDay)
        return clamped(seconds: zone.unixSeconds(localSeconds: localSeconds), nanoseconds: nanoseconds)
    }

    /// The window between two expressions; `all` as `since` stands for everything that is stored, and so does
    /// nil as `until`.
    ///
    /// - Throws: `TimeExpressionError` when one cannot be read, or when `since` is not before `until`.
    package static func window(
        since: String, until: String?, isSinceGiven: Bool = true, now: UnixNanos, zone: TimeZoneRules
    ) throws(TimeExpressionError) -> TimeWindow {
        let window = TimeWindow(
            since: trimmingSpaces(since).lowercased() == "all"
                ? .distantPast : try moment(since, now: now, zone: zone),
            until: try until.map { (until) throws(TimeExpressionError) in
                try moment(until, now: now, zone: zone)
            } ?? .distantFuture)
        guard window.since < window.until else {
            throw TimeExpressionError(
                "the window holds no time: it begins at \(window.since.rfc3339) "
                    + (isSinceGiven ? "(--since)" : "(\(since) ago, as --since is not given)")
                    + " and ends at \(window.until.rfc3339) (--until); --since must lie before --until")
        }
        return window
    }

    /// The moment that a text means.
    ///
    /// - Throws: `TimeExpressionError` when it cannot be read, or lies beyond what can be stored: the window would end
    ///   elsewhere than was said
    private static func moment(
        _ text: String, now: UnixNanos, zone: TimeZoneRules
    ) throws(TimeExpressionError) -> UnixNanos {
        let expression = try TimeExpression(parsing: text)
        if case .fromNow(let nanos) = expression, nanos > 0,
            now.rawValue.addingReportingOverflow(nanos).overflow
        {
            throw TimeExpressionError(outside: text)
        }
        return expression.resolve(now: now, zone: zone)
    }

    static func clamped(seconds: Int64, nanoseconds: Int) -> UnixNanos {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        // One second below the range can still come back into it by its nanoseconds; a moment at the
        // very edge is not worth the care.
        guard !overflow else { return seconds < 0 ? .distantPast : .distantFuture }
        return UnixNanos(rawValue: product).advanced(byNanos: Int64(nanoseconds))
    }

    private static func named(_ text: String) -> TimeExpression? {
        switch text {
        case "now": .fromNow(nanoseconds: 0)
        case "today": .midnight(daysAgo: 0)
        case "yesterday": .midnight(daysAgo: 1)
        default: nil
        }
    }

    /// `1h30m` (that long ago), `now-1h` or `now+5m`.
    private static func relative(_ text: String) throws(TimeExpressionError) -> Int64? {
        var rest = text[...]
        var sign: Int64 = -1
        if text.lowercased().hasPrefix("now") {
            rest = text.dropFirst(3).drop(while: { $0 == " " })
            guard let first = rest.first, first == "-" || first == "+" else { return nil }
            sign = first == "-" ? -1 : 1
            rest = rest.dropFirst().drop(while: { $0 == " " })
        } else if text.hasPrefix("-") {
            // As other tools write a time ago.
            rest = text.dropFirst()
        }
        let length = String(rest)
        guard !DurationExpression.isTooLong(length) else {
            throw TimeExpressionError(outside: text)
        }
        return DurationExpression.nanoseconds(length).map { $0 * sign }
    }

    /// Unix time: the number's size tells seconds, millis, micros and nanos apart. Seconds may have a
    /// fraction. What is too small to be a time of any telemetry is more likely a forgotten unit.
    private static func unixTime(_ text: String) throws(TimeExpressionError) -> UnixNanos {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw TimeExpressionError(unreadable: text)
        }
        // Nothing but digits, and more than 64 bits have.
        guard let whole = Int64(parts[0]) else { throw TimeExpressionError(outside: text) }
        let nanosPerUnit: Int64
        switch whole {
        case ..<100_000_000:
            throw TimeExpressionError(
                "'\(text)' has no unit: write \(text)s for seconds ago or \(text)m for minutes ago "
                    + "(Unix times before March 1973 can be given as a date)")
        case ..<100_000_000_000: nanosPerUnit = 1_000_000_000
        case ..<100_000_000_000_000: nanosPerUnit = 1_000_000
        case ..<100_000_000_000_000_000: nanosPerUnit = 1000
        default: nanosPerUnit = 1
        }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard nanosPerUnit == 1_000_000_000 else { throw TimeExpressionError(unreadable: text) }
            fraction = Int64(CalendarTimeParser.nanoseconds(fraction: Array(parts[1].utf8)))
        }
        let (product, overflow) = whole.multipliedReportingOverflow(by: nanosPerUnit)
        guard !overflow else { throw TimeExpressionError(outside: text) }
        return UnixNanos(rawValue: product).advanced(byNanos: fraction)
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

package func trimmingSpaces(_ text: String) -> String {
    let start = text.drop(while: { $0 == " " })
    return String(start.reversed().drop(while: { $0 == " " }).reversed())
}
