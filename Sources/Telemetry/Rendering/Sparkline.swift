/// A course of values as a line of bars, one character each.
enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// - Parameters:
    ///   - values: nil where there is none, which shows as a space
    ///   - range: what the lowest and the highest bar stand for
    static func text(_ values: [Double?], _ range: ClosedRange<Double>) -> String {
        let width = range.upperBound - range.lowerBound
        return String(
            values.map { value in
                guard let value else { return " " }
                let share = width > 0 ? (value - range.lowerBound) / width : 1
                let place = Int((share * Double(bars.count)).rounded(.down))
                return bars[min(max(place, 0), bars.count - 1)]
            })
    }
}
