extension UnixNanos {
    /// RFC 3339 in UTC with exactly nine digits of fraction: `2026-08-21T10:00:00.000000000Z`.
    package var rfc3339: String {
        let seconds = floorDivide(rawValue, 1_000_000_000)
        // Near the first representable moment the product would overflow: the remainder does not.
        let nanos = Int(rawValue &- seconds &* 1_000_000_000)
        return Self.rfc3339(seconds: seconds, nanos: nanos)
    }

    /// The same for a time as OTLP carries it, which reaches to the year 2554.
    package static func rfc3339(unsigned nanos: UInt64) -> String {
        rfc3339(seconds: Int64(nanos / 1_000_000_000), nanos: Int(nanos % 1_000_000_000))
    }

    /// For people: `2026-08-21 10:00:00.123`, in the given zone, rounded down to milliseconds.
    package func displayText(in zone: TimeZoneRules) -> String {
        let seconds = floorDivide(rawValue, 1_000_000_000)
        let nanos = Int(rawValue &- seconds &* 1_000_000_000)
        let local = seconds + Int64(zone.secondsEastOfUTC(seconds))
        return CivilTime(secondsFromEpoch: local).text(separator: " ") + "."
            + zeroPadded(nanos / 1_000_000, 3)
    }

    private static func rfc3339(seconds: Int64, nanos: Int) -> String {
        CivilTime(secondsFromEpoch: seconds).text(separator: "T") + "." + zeroPadded(nanos, 9) + "Z"
    }
}
