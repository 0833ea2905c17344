/// What a point's value is. The numbers are stored.
enum PointKind: UInt8, Sendable, CaseIterable {
    /// A number that was not given.
    case none = 0
    case int = 1
    case double = 2
    case histogram = 3
    case exponentialHistogram = 4
    case summary = 5

    /// Whether the point has a count, and perhaps a sum, a minimum and a maximum, instead of a number.
    var isDistribution: Bool { rawValue >= Self.histogram.rawValue }

    static let highest = summary
}
