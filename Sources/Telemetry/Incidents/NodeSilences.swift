import OTLPModel

/// When nodes that tell something regularly told nothing, while others went on.
struct NodeSilences: Sendable {
    /// Slots of `NodePresence`.
    struct Silence: Hashable, Sendable {
        /// The last slot before it in which something arrived.
        var from: Int64
        /// The first one after it; nil where it goes on.
        var to: Int64?
    }

    /// Nobody is silent within two minutes, as nobody is lost.
    private static let slotsMin: Int64 = 120_000_000_000 / NodePresence.slotNanos
    /// Of the usual time between two arrivals.
    private static let intervals: Int64 = 6
    /// So many gaps before and behind tell what is usual.
    private static let neighbours = 100
    private static let gapsMin = 20
    /// Who tells something regularly has nine in ten gaps of at most so many usual ones; of what comes by chance it is more
    /// than three. What is sent when somebody asks for something comes so, and its gaps say nothing.
    private static let regularity: Int64 = 2
    /// And no silence is as short as so many times what nine in ten gaps are at most.
    private static let longGaps: Int64 = 5
    /// Of fewer nodes it is not known whether the others go on.
    private static let othersMin = 2

    /// By number of the node, oldest first.
    private var found: [UInt32: [Silence]] = [:]

    init(_ census: NodeCensus) {
        var presences: [UInt32: NodePresence] = [:]
        for number in census.numbers { presences[number] = census.presence(number) }
        let newest = presences.values.compactMap { $0.bounds?.upperBound }.max() ?? 0
        for number in census.numbers {
            // One after the other: all slots of all nodes are more than memory is meant for.
            let candidates = Self.candidates(presences[number]?.slots ?? [], newest: newest)
            guard !candidates.isEmpty else { continue }
            let real = candidates.filter { Self.doOthersGoOn($0, number, presences, newest: newest) }
            if !real.isEmpty { found[number] = real }
        }
    }

    var numbers: [UInt32] { found.keys.sorted() }

    /// Oldest first.
    func silences(_ number: UInt32) -> [Silence] { found[number] ?? [] }

    private static func candidates(_ slots: [Int64], newest: Int64) -> [Silence] {
        let gaps = zip(slots, slots.dropFirst()).map { $1 - $0 }
        var found: [Silence] = []
        for (place, gap) in gaps.enumerated() where gap > slotsMin && isSilence(gap, at: place, gaps) {
            found.append(Silence(from: slots[place], to: slots[place + 1]))
        }
        if let last = slots.last, newest - last > slotsMin, isSilence(newest - last, at: gaps.count, gaps) {
            found.append(Silence(from: last))
        }
        return found
    }

    private static func isSilence(_ gap: Int64, at place: Int, _ gaps: [Int64]) -> Bool {
        let near = gaps[max(0, place - neighbours)..<min(gaps.count, place + neighbours + 1)]
            .sorted()
        guard near.count >= gapsMin else { return false }
        let usual = near[near.count / 2]
        let most = near[near.count * 9 / 10]
        return most <= regularity * usual && gap > max(intervals * usual, longGaps * most)
    }

    /// Whether most of the others told something meanwhile: else it is what takes it in that was away.
    private static func doOthersGoOn(
        _ silence: Silence, _ number: UInt32, _ presences: [UInt32: NodePresence], newest: Int64
    ) -> Bool {
        let middle = (silence.from + 2)..<max(silence.from + 2, (silence.to ?? newest + 1) - 1)
        var others = 0
        var telling = 0
        for (other, presence) in presences where other != number {
            guard let bounds = presence.bounds, bounds.lowerBound <= silence.from else { continue }
            others += 1
            if presence.isTelling(middle) { telling += 1 }
        }
        return telling >= othersMin && 2 * telling >= others
    }
}

extension NodeSilences.Silence {
    /// Nanoseconds since the Unix epoch.
    var start: UInt64 { UInt64(max(from + 1, 0)) * UInt64(NodePresence.slotNanos) }
    /// The same; nil where it goes on.
    var end: UInt64? { to.map { UInt64(max($0, 0)) * UInt64(NodePresence.slotNanos) } }
}
