/// How local time relates to UTC, for reading times without a zone and for showing times to people.
package struct TimeZoneRules: Sendable {
    /// `UTC`, `+02:00` or `Europe/Berlin`.
    package let label: String
    /// Seconds that local time is ahead of UTC at a moment (Unix seconds); negative in the west.
    package let secondsEastOfUTC: @Sendable (_ unixSeconds: Int64) -> Int

    package init(label: String, secondsEastOfUTC: @escaping @Sendable (_ unixSeconds: Int64) -> Int) {
        self.label = label
        self.secondsEastOfUTC = secondsEastOfUTC
    }

    package static let utc = TimeZoneRules(label: "UTC") { _ in 0 }

    /// A zone that never changes its clocks: `+02:00`, `-0530` or `+2`. Nil for other text.
    package init?(offset text: String) {
        guard let seconds = Self.offsetSeconds(text.utf8) else { return nil }
        let minutes = abs(seconds) / 60
        let label =
            (seconds < 0 ? "-" : "+") + zeroPadded(minutes / 60, 2) + ":" + zeroPadded(minutes % 60, 2)
        self.init(label: label) { _ in seconds }
    }

    /// The moment (Unix seconds) at which clocks in this zone show `localSeconds` after the epoch.
    ///
    /// A time that occurs twice, when clocks go back, is the earlier of the two; a time that is left out,
    /// when clocks go forward, counts on from the offset before the change.
    package func unixSeconds(localSeconds: Int64) -> Int64 {
        let before = localSeconds - Int64(secondsEastOfUTC(localSeconds - CivilTime.secondsPerDay))
        let after = localSeconds - Int64(secondsEastOfUTC(localSeconds + CivilTime.secondsPerDay))
        let matching = [min(before, after), max(before, after)].first {
            $0 + Int64(secondsEastOfUTC($0)) == localSeconds
        }
        return matching ?? before
    }

    /// Reads `Z`, `+02:00`, `+0200` or `+02`; nil for anything else, and for more than 18 hours.
    static func offsetSeconds(_ text: some Collection<UInt8>) -> Int? {
        let bytes = Array(text)
        if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
        guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
            return nil
        }
        var numbers = bytes.dropFirst().map { Int($0) - 48 }
        if numbers.count == 5, numbers[2] == 10 { numbers.remove(at: 2) }  // 10: where ":" lies after "0"
        guard numbers.allSatisfy({ (0...9).contains($0) }) else { return nil }
        if numbers.count == 1 { numbers.insert(0, at: 0) }
        if numbers.count == 2 { numbers += [0, 0] }
        guard numbers.count == 4 else { return nil }
        let hours = numbers[0] * 10 + numbers[1]
        let minutes = numbers[2] * 10 + numbers[3]
        guard hours <= 18, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
}
