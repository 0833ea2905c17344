/// A host that is slow with archives, and was asked for lists until a cache had to be filled anew, is not slower than before.
///
/// How often a group is bad when all is well hangs on what it is asked for. So a culprit is held against itself kind by kind:
/// against how often each kind of its requests in the interval was bad outside of it.
extension CulpritSearch {
    /// So many requests' worth of what is usual for such of others keep a few of a kind from telling much.
    private static let priorCount = 5.0
    /// Where most of a kind is bad at all times it cannot be twice as many: then half as many may be good.
    private static let goodShareMax = 0.5
    /// What is measured is often slow at hosts and nodes that are so by nature, and of many a few requests are all that is
    /// known: that both are the same has to be as improbable as e to the minus this.
    private static let evidenceMin = 9.0

    /// Whether more is bad of a culprit than of the same kinds of its requests outside of its interval. Of what is not known
    /// outside of it, it is.
    func isBeyondItsMix(_ culprit: Culprit) -> Bool {
        guard culprit.dimension != .serviceVersion else { return true }
        var inside: [UInt64: ScanStatistic.Slot] = [:]
        var outside: [UInt64: ScanStatistic.Slot] = [:]
        var outsideCount = 0.0
        for (index, entry) in table.entries.enumerated() where !isExplained[index] {
            let row = data.rows[Int(entry.row)]
            guard data.number(culprit.dimension, row) == culprit.number else { continue }
            let kind = kind(entry, row)
            let one = ScanStatistic.Slot(count: 1, bad: entry.isBad ? 1 : 0, expected: entry.expected)
            if entry.slot != SymptomTable.before, culprit.excess.slots.contains(Int(entry.slot)) {
                inside[kind, default: ScanStatistic.Slot()] += one
            } else {
                outside[kind, default: ScanStatistic.Slot()] += one
                outsideCount += 1
            }
        }
        guard outsideCount >= Self.outsideMin else { return true }
        var usual = 0.0
        var difference = Difference()
        for (kind, here) in inside {
            let there = outside[kind] ?? ScanStatistic.Slot()
            let ofOthers = min(1, culprit.factor * Double(here.expected) / Double(max(here.count, 1)))
            usual +=
                Double(here.count) * (Double(there.bad) + Self.priorCount * ofOthers)
                / (Double(there.count) + Self.priorCount)
            if Double(there.count) >= Self.priorCount {
                difference.add(here, there)
            } else if table.symptom != .slowFetch || ![.upstream, .everything].contains(culprit.dimension) {
                // Hosts differ: how a kind is at others says little of one that was not asked for such before.
                difference.add(here, rate: ofOthers)
            }
        }
        guard !table.symptom.isMeasured || difference.evidence >= Self.evidenceMin else { return false }
        let (count, bad) = (culprit.excess.count, culprit.excess.bad)
        return bad >= Self.ratioMin * usual || count - bad <= Self.goodShareMax * (count - usual)
    }

    /// What is held against itself: a kind, and of what is fetched also of which host, as hosts differ.
    private func kind(_ entry: SymptomTable.Entry, _ row: IncidentRow) -> UInt64 {
        let host = table.symptom == .slowFetch ? data.number(.upstream, row) ?? 0 : 0
        return host << 16 | UInt64(entry.group)
    }

    /// How many more are bad here than if all kinds were as bad here as there, and how far chance alone gets: the test of
    /// Mantel and Haenszel.
    private struct Difference {
        /// What is taken to vary less varies by a few that are known.
        private static let rateMin = 0.02
        private var sum = 0.0
        private var variance = 0.0

        mutating func add(_ here: ScanStatistic.Slot, _ there: ScanStatistic.Slot) {
            let (count, others) = (Double(here.count), Double(there.count))
            let rate = Double(here.bad + there.bad) / (count + others)
            sum += Double(here.bad) - count * rate
            variance += count * others * rate * (1 - rate) / max(count + others - 1, 1)
        }

        mutating func add(_ here: ScanStatistic.Slot, rate: Double) {
            let count = Double(here.count)
            sum += Double(here.bad) - count * rate
            variance += count * max(rate, Self.rateMin) * (1 - min(rate, 1 - Self.rateMin))
        }

        /// That both are the same is as improbable as e to the minus this; 0 where it is not worse here.
        var evidence: Double { sum > 0 && variance > 0 ? sum * sum / (2 * variance) : 0 }
    }
}
