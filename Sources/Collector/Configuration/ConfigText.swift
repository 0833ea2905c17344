import Telemetry

/// How values are written in a configuration file.
enum ConfigText: Hashable, Sendable {
    /// One value, behind its key.
    case value(String)
    /// Lines below the key, indented by nothing yet.
    case block([String])

    /// With the largest unit that divides it.
    static func duration(_ nanos: Int64) -> String {
        let units: [(name: String, nanos: Int64)] = [
            ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
            ("ms", 1_000_000), ("us", 1_000),
        ]
        for unit in units where nanos != 0 && nanos % unit.nanos == 0 {
            return "\(nanos / unit.nanos)\(unit.name)"
        }
        return nanos == 0 ? "0s" : "\(nanos)ns"
    }

    /// A text that YAML reads back as it is.
    static func text(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: Array("/._:+-".utf8).contains(byte)
                }
            } && !["", "null", "-"].contains(text) && !text.hasSuffix(":") && !text.hasPrefix("-")
            && !text.hasPrefix(":")
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(Character(scalar))
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    static func list(_ items: [String]) -> ConfigText {
        items.isEmpty ? .value("[]") : .value("[" + items.map(text).joined(separator: ", ") + "]")
    }
}
