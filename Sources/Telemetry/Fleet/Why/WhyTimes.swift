/// The stretches of the window that explain most: neighbouring periods together. A fault of half an hour would be too
/// little in each of its minutes, and whatever else began at that time would explain more.
struct WhyTimes {
    /// No more parts of the window than this.
    static let periodsMax = 48
    static let stretchesMax = 3
    private static let periodMinutes: [UInt32] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080]

    /// From minute to minute since the epoch, apart from each other.
    private(set) var stretches: [Range<UInt32>] = []
    /// How many stretches there were to choose from: what is found by chance is as many times as probable.
    private(set) var choiceCount = 0

    init(_ requests: WhyRequests) {
        // In order: sums of equal data are equal then.
        let minutes = requests.counts(.minute).sorted { $0.number < $1.number }
        guard let first = minutes.first?.number, let last = minutes.last?.number else { return }
        let span = last - first + 1
        let length = Self.periodMinutes.first { span / $0 <= UInt32(Self.periodsMax) } ?? 10_080
        let firstPeriod = first / length
        var gains = [Double](repeating: 0, count: Int(last / length - firstPeriod) + 1)
        for (minute, count) in minutes {
            gains[Int(minute / length - firstPeriod)] += requests.gain(of: count)
        }
        choiceCount = gains.count * (gains.count + 1) / 2
        var rest = [gains.indices]
        while stretches.count < Self.stretchesMax {
            let best = rest.enumerated().compactMap { place, part in
                Self.best(of: gains[part]).map { (place: place, found: $0) }
            }.max { ($0.found.gain, $1.place) < ($1.found.gain, $0.place) }
            guard let best else { return }
            let found = best.found.periods
            let start = firstPeriod + UInt32(found.lowerBound)
            stretches.append(start * length..<(start + UInt32(found.count)) * length)
            let part = rest[best.place]
            rest.replaceSubrange(
                best.place...best.place,
                with: [part.lowerBound..<found.lowerBound, found.upperBound..<part.upperBound])
        }
    }

    /// The neighbours with the largest sum, the shortest of several (Kadane's way).
    /// - Returns: nil where none is above 0
    private static func best(of gains: ArraySlice<Double>) -> (periods: Range<Int>, gain: Double)? {
        var best: (periods: Range<Int>, gain: Double)?
        var start = gains.startIndex
        var sum = 0.0
        for (place, gain) in zip(gains.indices, gains) {
            if sum <= 0 { (start, sum) = (place, 0) }
            sum += gain
            if sum > best?.gain ?? 0 { best = (start..<place + 1, sum) }
        }
        return best
    }

    /// Nil for what lies in none of them.
    func stretch(of minute: UInt32) -> Range<UInt32>? { stretches.first { $0.contains(minute) } }
}
