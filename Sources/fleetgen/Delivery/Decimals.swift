/// Numbers for people, with a fixed count of digits after the point.
enum Decimals {
    /// - Parameter digits: 0 to 6.
    static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return "-" }
        let scale = (0..<digits).reduce(1.0) { factor, _ in factor * 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let whole = Int64(scaled)
        let sign = value < 0 && whole != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % Int64(scale))
        let zeros = String(repeating: "0", count: digits - fraction.utf8.count)
        return "\(sign)\(whole / Int64(scale)).\(zeros)\(fraction)"
    }
}
