import ArgumentParser

/// A duration on the command line: `500ms`, `30s`, `5m`, `1h30m`, `2d`.
struct DurationArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    /// Above 0, at most 365 days.
    let nanoseconds: UInt64

    private let text: String

    private static let units: [(name: String, nanoseconds: UInt64)] = [
        ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ]
    private static let limit = 365 * units[4].nanoseconds

    init?(argument: String) {
        var total: UInt64 = 0
        var rest = Substring(argument)
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...]
            let letters = rest.prefix { $0.isLetter }
            rest = rest[letters.endIndex...]
            guard let number = UInt64(digits), let unit = Self.units.first(where: { $0.name == letters })
            else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
            guard !overflow, product <= Self.limit - total else { return nil }
            total += product
        }
        guard total > 0 else { return nil }
        nanoseconds = total
        text = argument
    }

    /// A default value.
    ///
    /// - Parameter seconds: above 0.
    init(seconds: UInt64) {
        nanoseconds = seconds * 1_000_000_000
        text = "\(seconds)s"
    }

    var seconds: Double { Double(nanoseconds) / 1e9 }

    var description: String { text }
}
