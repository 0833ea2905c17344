/// A number that compares with others by its value: an integer of 63 bits has more digits than a double keeps.
enum ExactNumber: Hashable, Sendable {
    case integer(Int64)
    case decimal(Double)

    /// - Returns: nil for what is no number
    init?(_ text: String) {
        if let integer = Int64(text) {
            self = .integer(integer)
        } else if let decimal = Double(text) {
            self = ExactNumber(decimal)
        } else {
            return nil
        }
    }

    init(_ decimal: Double) { self = Int64(exactly: decimal).map { .integer($0) } ?? .decimal(decimal) }

    var isNaN: Bool { if case .decimal(let number) = self { number.isNaN } else { false } }

    /// How this stands to another: below 0, 0, or above 0; nil where one of them is not a number.
    @inline(__always)
    func place(to other: ExactNumber) -> Int? {
        switch (self, other) {
        case (.integer(let own), .integer(let other)): return own < other ? -1 : own > other ? 1 : 0
        case (.integer(let own), .decimal(let other)): return Self.place(own, other)
        case (.decimal(let own), .integer(let other)): return Self.place(other, own).map { -$0 }
        case (.decimal(let own), .decimal(let other)):
            return own < other ? -1 : own > other ? 1 : own == other ? 0 : nil
        }
    }

    private static func place(_ integer: Int64, _ decimal: Double) -> Int? {
        if decimal.isNaN { return nil }
        if decimal >= 0x1p63 { return -1 }
        if decimal < -0x1p63 { return 1 }
        let whole = Int64(decimal.rounded(.down))
        if integer != whole { return integer < whole ? -1 : 1 }
        return Double(whole) == decimal ? 0 : -1
    }
}
