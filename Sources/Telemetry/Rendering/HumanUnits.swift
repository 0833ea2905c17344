/// Quantities as people read them.
package enum HumanUnits {
    /// `850 ns`, `12.3 µs`, `1.23 ms`, `1.234 s`, `2m05s`, `3h07m`, `2d04h`: three to four digits.
    package static func duration(_ nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        switch magnitude {
        case ..<1000: return "\(sign)\(magnitude) ns"
        case ..<1_000_000: return sign + scaled(magnitude, unit: 1000) + " µs"
        case ..<1_000_000_000: return sign + scaled(magnitude, unit: 1_000_000) + " ms"
        case ..<60_000_000_000: return sign + scaled(magnitude, unit: 1_000_000_000) + " s"
        default: break
        }
        let seconds = Int(magnitude / 1_000_000_000)
        if seconds < 3600 { return sign + "\(seconds / 60)m" + zeroPadded(seconds % 60, 2) + "s" }
        if seconds < 86_400 { return sign + "\(seconds / 3600)h" + zeroPadded(seconds / 60 % 60, 2) + "m" }
        return sign + "\(seconds / 86_400)d" + zeroPadded(seconds / 3600 % 24, 2) + "h"
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

    /// A noun with its number: `1 span`, `2 spans`.
    package static func count(_ value: Int, _ noun: String) -> String {
        count(Int64(value)) + " " + noun + (value == 1 ? "" : "s")
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

    /// Three or four significant digits, rounded down so that 999.99 ms is not shown as 1000 ms.
    private static func scaled(_ magnitude: UInt64, unit: UInt64) -> String {
        let whole = magnitude / unit
        let thousandths = Int(magnitude % unit / (unit / 1000))
        if whole >= 100 { return "\(whole).\(thousandths / 100)" }
        if whole >= 10 { return "\(whole)." + zeroPadded(thousandths / 10, 2) }
        return "\(whole)." + zeroPadded(thousandths, 3)
    }
}
