/// What a simulated day showed, hour by hour.
struct DayReport {
    /// The size of the database at a moment.
    struct Size: Sendable {
        var realSeconds: Double
        var fileBytes: Int
        var logBytes: Int
    }

    var answers: [SteadyLoad.Answer]
    var sizes: [Size]
    var hours: Int
    var keptHours: Int
    var realSeconds: Double

    func print() {
        let hourSeconds = realSeconds / Double(hours)
        Swift.print("hour  answers    spans  p50 ms  p99 ms  p99/p50  max ms  file MiB  log MiB")
        for hour in 0..<hours {
            let range = Double(hour) * hourSeconds..<Double(hour + 1) * hourSeconds
            let own = answers.filter { range.contains($0.dueSeconds) }
            let last = sizes.last { range.contains($0.realSeconds) }
            let log = sizes.filter { range.contains($0.realSeconds) }.map(\.logBytes).max() ?? 0
            let cells = [
                "\(hour + 1)", "\(own.count)", "\(own.reduce(0) { $0 + $1.spans })",
                Self.milliseconds(Self.quantile(own, 0.5)), Self.milliseconds(Self.quantile(own, 0.99)),
                Self.decimal(Self.quantile(own, 0.99) / max(Self.quantile(own, 0.5), 1e-9)),
                Self.milliseconds(own.map(\.seconds).max() ?? 0), Self.mebibytes(last?.fileBytes ?? 0),
                Self.mebibytes(log),
            ]
            let widths = [4, 9, 9, 8, 8, 9, 8, 10, 9]
            Swift.print(
                zip(cells, widths).map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }.joined())
        }
        printSummary(hourSeconds)
    }

    private func printSummary(_ hourSeconds: Double) {
        // Two hours after the first span had to go, as many as came have gone.
        let turnover = Double(keptHours + 2) * hourSeconds
        let kept = sizes.filter { $0.realSeconds >= turnover }.map(\.fileBytes).sorted()
        if let least = kept.first, let most = kept.last {
            let middle = kept[kept.count / 2]
            Swift.print(
                "file after the first turnover: median \(Self.mebibytes(middle)) MiB, "
                    + "from \(Self.mebibytes(least)) to \(Self.mebibytes(most)) "
                    + "(-\(Self.decimal(Double(middle - least) / Double(middle) * 100)) % "
                    + "+\(Self.decimal(Double(most - middle) / Double(middle) * 100)) %)")
        }
        let median = Self.quantile(answers, 0.5)
        let late = Self.quantile(answers, 0.99)
        Swift.print(
            "acknowledgement: median \(Self.milliseconds(median)) ms, p99 \(Self.milliseconds(late)) ms, "
                + "p99/median \(Self.decimal(late / max(median, 1e-9)))")
    }

    /// Seconds.
    private static func quantile(_ answers: [SteadyLoad.Answer], _ share: Double) -> Double {
        let sorted = answers.map(\.seconds).sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
    }

    private static func milliseconds(_ seconds: Double) -> String { decimal(seconds * 1_000) }

    private static func mebibytes(_ bytes: Int) -> String { decimal(Double(bytes) / 1_048_576) }

    /// With one digit after the point.
    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
