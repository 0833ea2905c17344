/// Quantities as people read them.
package enum HumanUnits {
    /// `850 ns`, `12.35 µs`, `1.235 ms`, `1.234 s`, `2m05.3s`, `12m05s`, `3h07m`, `2d04h`: three to five
    /// digits, rounded half up. What rounds to a whole larger unit is shown in that.
    package static func duration(_ nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        return (nanoseconds < 0 ? "-" : "") + (shortDuration(magnitude) ?? longDuration(magnitude))
    }

    /// Below a minute; nil for what rounds to more.
    private static func shortDuration(_ magnitude: UInt64) -> String? {
        guard magnitude >= 1000 else { return "\(magnitude) ns" }
        return scaled(magnitude, unit: 1000, below: 1000).map { $0 + " µs" }
            ?? scaled(magnitude, unit: 1_000_000, below: 1000).map { $0 + " ms" }
            ?? scaled(magnitude, unit: 1_000_000_000, below: 60).map { $0 + " s" }
    }

    private static func longDuration(_ magnitude: UInt64) -> String {
        let tenths = rounded(magnitude, to: 100_000_000)
        if tenths < 6000 { return "\(tenths / 600)m" + zeroPadded(tenths % 600 / 10, 2) + ".\(tenths % 10)s" }
        let seconds = rounded(magnitude, to: 1_000_000_000)
        if seconds < 3600 { return "\(seconds / 60)m" + zeroPadded(seconds % 60, 2) + "s" }
        let minutes = rounded(magnitude, to: 60_000_000_000)
        if minutes < 1440 { return "\(minutes / 60)h" + zeroPadded(minutes % 60, 2) + "m" }
        let hours = rounded(magnitude, to: 3_600_000_000_000)
        return "\(hours / 24)d" + zeroPadded(hours % 24, 2) + "h"
    }

    /// `512 bytes`, `1.5 KiB`, `31.2 MiB`.
    package static func bytes(_ count: Int64) -> String {
        var value = Double(count)
        guard abs(value) >= 1024 else { return "\(count) bytes" }
        var unit = 0
        value /= 1024
        while abs(value) >= 1023.95, unit < 4 {
            value /= 1024
            unit += 1
        }
        let tenths = (value * 10).rounded()
        let text = String((tenths / 10).description)
        return text + " " + ["KiB", "MiB", "GiB", "TiB", "PiB"][unit]
    }

    /// `1,234,567`.
    package static func count(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return (value < 0 ? "-" : "") + grouped
    }

    /// How many a second: `0.772`, `3.45`, `34.5`, `12,402`; three digits at least, rounded half up.
    package static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond > 0 else { return "0" }
        if perSecond < 0.0005 { return "<0.001" }
        for digits in [3, 2, 1] {
            let scale = [1.0, 10, 100, 1_000][digits]
            let rounded = (perSecond * scale).rounded()
            guard rounded < 1_000 else { continue }
            let number = Int(rounded)
            return "\(number / Int(scale))." + zeroPadded(number % Int(scale), digits)
        }
        return count(Int64(min(perSecond.rounded(), 0x1p62)))
    }

    /// A noun with its number: `1 span`, `2 spans`.
    package static func count(_ value: Int, _ noun: String) -> String {
        count(Int64(value)) + " " + noun + (value == 1 ? "" : "s")
    }

    /// A part of a number: `12.34 %`.
    package static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "-" }
        let hundredths = Int((Double(part) / Double(whole) * 10_000).rounded())
        return "\(hundredths / 100)." + zeroPadded(hundredths % 100, 2) + " %"
    }

    /// Milliseconds as an exact decimal, for data formats: `1234567` nanoseconds are `1.234567`.
    package static func milliseconds(_ nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        var text = (nanoseconds < 0 ? "-" : "") + String(magnitude / 1_000_000)
        let rest = Int(magnitude % 1_000_000)
        guard rest > 0 else { return text }
        text += "." + zeroPadded(rest, 6)
        while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
        return text
    }

    /// Four significant digits; nil when that rounds to `limit` units or more.
    private static func scaled(_ magnitude: UInt64, unit: UInt64, below limit: Int) -> String? {
        guard magnitude < UInt64(limit) * unit else { return nil }
        for (whole, decimals, scale) in [(10, 3, 1000), (100, 2, 100), (1000, 1, 10)] {
            let value = rounded(magnitude, to: unit / UInt64(scale))
            guard value < limit * scale else { return nil }
            guard value < whole * scale else { continue }
            return "\(value / scale)." + zeroPadded(value % scale, decimals)
        }
        return nil
    }

    /// How many steps a magnitude is, half a step up.
    private static func rounded(_ magnitude: UInt64, to step: UInt64) -> Int {
        Int((magnitude + step / 2) / step)
    }
}

extension Int64 {
    /// Nanoseconds, as far as 146 years to each side: sums of what strangers send may be anything.
    init(nanos value: Double) {
        self = value.isNaN ? 0 : Int64(Swift.min(Swift.max(value.rounded(), -0x1p62), 0x1p62))
    }
}
