/// A number of bytes as people write it: `67108864`, `64MiB`, `64MB`, `1GiB`.
package enum ByteExpression {
    /// Powers of 1,024 and of 1,000, as their names say (IEC 80000-13).
    private static let units: [(name: String, bytes: Int)] = [
        ("gib", 1 << 30), ("mib", 1 << 20), ("kib", 1 << 10),
        ("gb", 1_000_000_000), ("mb", 1_000_000), ("kb", 1_000), ("b", 1),
    ]

    /// Reads a whole number with a unit or without, in capitals or not; nil for everything else, also for a number too
    /// large to count.
    package static func bytes(_ text: String) -> Int? {
        let lowercased = text.lowercased()
        let unit = units.first { lowercased.hasSuffix($0.name) }
        let number = lowercased.dropLast(unit?.name.count ?? 0)
        guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int(number)
        else { return nil }
        let (bytes, overflows) = count.multipliedReportingOverflow(by: unit?.bytes ?? 1)
        return overflows ? nil : bytes
    }
}
