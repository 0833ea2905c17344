/// What is normal for requests of one kind: from what lay before the window where there is enough of it, else from the
/// better half of the window itself, so that what is wrong for less than half of the time does not count as normal.
struct SymptomReference: Sendable {
    /// From so many requests before the window on these alone tell what is normal.
    static let baselineMin = 200
    /// Parts of the window that are held against each other.
    static let partCount = 12
    /// With fewer requests a part has no median of its own.
    static let partMin = 8
    /// Fewer parts have no better half.
    static let partsMin = 4
    /// What takes three times as long as usual is slow, and what takes half as long again as a tenth do.
    static let medianFactor = 3.0
    static let tailFactor = 1.5
    static let tail = 0.9
    /// Where nothing is known of the time before: one node of four may be slow all the time, and then the tail is its.
    static let tailMedians = 6.0
    /// From where on it is slow, in microseconds; nil where being bad is a matter of yes or no.
    let limitMicros: Double?
    let medianMicros: Double
    /// The part of requests that is bad when all is well.
    let rate: Double

    /// What is counted for it.
    struct Tally: Sendable {
        private var before = Part()
        private var parts: [Part] = []

        private struct Part: Sendable {
            var durations = DurationSketch()
            var count = 0
            var bad = 0

            var slot: ScanStatistic.Slot {
                ScanStatistic.Slot(count: Float(count), bad: Float(bad), expected: 0)
            }

            mutating func merge(_ other: Part) {
                durations.merge(other.durations)
                count += other.count
                bad += other.bad
            }
        }

        /// - Parameter part: of the window; nil before it
        mutating func add(micros: UInt32?, isBad: Bool, part: Int?) {
            if let part {
                while parts.count <= part { parts.append(Part()) }
                Self.add(micros, isBad, &parts[part])
            } else {
                Self.add(micros, isBad, &before)
            }
        }

        private static func add(_ micros: UInt32?, _ isBad: Bool, _ part: inout Part) {
            part.count += 1
            if isBad { part.bad += 1 }
            if let micros { part.durations.add(Int64(micros)) }
        }

        /// - Parameters:
        ///   - noticeable: below this difference nobody notices, in microseconds
        ///   - rateMin: no event is taken to be rarer
        ///   - better: the parts of the window that tell what is normal, by all groups; nil where that is not known
        func reference(noticeable: Double, rateMin: Double, better: Set<Int>?) -> SymptomReference {
            let normal = normal
            guard normal.durations.count > 0 else {
                return SymptomReference(limitMicros: nil, medianMicros: 0, rate: max(rate(better), rateMin))
            }
            let median = Double(normal.durations.quantile(0.5) ?? 0)
            let tail = Double(normal.durations.quantile(SymptomReference.tail) ?? 0)
            let tailLimit = tailFactor * tail
            let usualTail = before.count >= baselineMin ? tailLimit : min(tailLimit, tailMedians * median)
            let limit = max(medianFactor * median, usualTail, median + noticeable)
            let above = normal.durations.count(above: Int64(limit))
            return SymptomReference(
                limitMicros: limit, medianMicros: median,
                rate: max(Double(above) / Double(normal.durations.count), rateMin))
        }

        /// So many requests' worth of its rate in all of the window keep a few from telling much.
        private static let priorCount = 10.0

        /// How often it is bad when all is well. Of a group too small to have parts of its own, the parts count that are
        /// better by all groups: else what was wrong for a quarter of an hour would be usual for it.
        private func rate(_ better: Set<Int>?) -> Double {
            if before.count >= baselineMin { return Double(before.bad) / Double(before.count) }
            let all = parts.reduce(into: before) { $0.merge($1) }
            let whole = Double(all.bad) / Double(max(all.count, 1))
            let isKnown = Double(before.count) >= CulpritSearch.outsideMin
            let own =
                told.count >= partsMin
                ? normalParts(parts.map { ($0.count, $0.bad) }, isBeforeKnown: isKnown) : better
            guard let own else { return whole }
            func rate(_ part: Part) -> Double {
                (Double(part.bad) + Self.priorCount * whole) / (Double(part.count) + Self.priorCount)
            }
            let better = own.reduce(into: Part()) { if $1 < parts.count { $0.merge(parts[$1]) } }
            if before.count >= Self.contraryMin,
                ScanStatistic.difference(better.slot, before.slot) >= Self.contraryEvidence
            {
                return rate(before)
            }
            var chosen = before
            chosen.merge(better)
            return rate(chosen)
        }

        /// Where more than half of the window is bad, its better half is, too: so few requests of before are believed alone
        /// where it is as improbable as e to the minus this that both are the same.
        private static let contraryMin = 60
        private static let contraryEvidence = 9.0

        private var told: [Part] { parts.filter { $0.count >= partMin } }

        private var normal: Part {
            if before.count >= baselineMin { return before }
            let told = told
            guard told.count >= partsMin else {
                return parts.reduce(into: before) { $0.merge($1) }
            }
            func median(_ part: Part) -> Double { Double(part.durations.quantile(0.5) ?? 0) }
            let middle = told.map(median).sorted()[(told.count - 1) / 2]
            return told.filter { median($0) <= middle }.reduce(into: before) { $0.merge($1) }
        }
    }

    /// Which parts of a window tell how often something is bad when all is well: all of them where they differ by no more
    /// than chance, else the half that is left without the half in one piece in which most is bad. To pick the better ones
    /// one by one, or the better half of what is the same all the time, would make all look better than it is. Where
    /// something is known of the time before, that speaks against it, and the half is always taken: weak trouble does not
    /// differ by more than chance.
    /// - Parameter parts: requests and bad ones, in the order of time
    /// - Returns: nil where too few parts have requests
    static func normalParts(_ parts: [(count: Int, bad: Int)], isBeforeKnown: Bool = false) -> Set<Int>? {
        guard parts.count(where: { $0.count >= partMin }) >= partsMin else { return nil }
        guard isBeforeKnown || differ(parts) else { return Set(parts.indices) }
        let half = parts.count / 2
        func badCount(_ first: Int) -> Int { parts[first..<first + half].reduce(0) { $0 + $1.bad } }
        let worst = (0...parts.count - half).max { badCount($0) < badCount($1) } ?? 0
        return Set(parts.indices).subtracting(worst..<worst + half)
    }

    /// From so many standard deviations of what chance does on, parts differ.
    private static let differenceMin = 4.0

    /// Whether parts differ by more than chance: Pearson's test of one rate for all.
    private static func differ(_ parts: [(count: Int, bad: Int)]) -> Bool {
        let told = parts.filter { $0.count > 0 }
        let (count, bad) = told.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.bad) }
        guard bad > 0, bad < count else { return false }
        let rate = Double(bad) / Double(count)
        let sum = told.reduce(0.0) { sum, part in
            let distance = Double(part.bad) - rate * Double(part.count)
            return sum + distance * distance / (rate * (1 - rate) * Double(part.count))
        }
        let freedom = Double(told.count - 1)
        return sum > freedom + differenceMin * (2 * freedom).squareRoot()
    }
}
