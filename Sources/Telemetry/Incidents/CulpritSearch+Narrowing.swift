/// Of what is wrong with a group, who in it has it.
///
/// What is usual for a node is known better than what is usual for everything, and a large likelihood hangs on that as
/// much as on who is in the group: where a client asks one node of a region a hundred times as often as all others do,
/// all of them together look as bad as it is. The others tell: they would have shown it, and did not.
extension CulpritSearch {
    /// Which part of the bad requests a part of the group has to have.
    private static let shareMin = 0.95
    /// And how often it is bad as a whole, of how often it is as a part of the group: a node is no part of a module that
    /// only it has other files of.
    private static let rateShareMin = 0.4
    /// How likely the others are not as bad, and how little what they have is beyond chance: as of the search.
    private static let sureMin = 9.0
    private static let chanceMax = 3.0

    /// The likeliest part of a culprit that has nearly all of its bad requests, while the others are as usual; nil where
    /// there is none.
    func narrowed(_ culprit: Culprit) -> Culprit? {
        let (total, parts) = parts(of: culprit, by: table.symptom.dimensions)
        var best: Culprit?
        for (place, dimension) in table.symptom.dimensions.enumerated() where dimension != culprit.dimension {
            for (number, part) in zip(parts[place].numbers, parts[place].groups)
            where Self.hasNearlyAll(part, of: total) {
                guard let group = groups[place].place(number),
                    dimension != .node || !isWellOtherwise(groups[place].groups[group], part, culprit),
                    let found = self.culprit(
                        dimension, number, groups[place].groups[group], among: groups[place]),
                    found.excess.rate
                        >= Self.rateShareMin * Double(part.bad) / Double(max(part.count, 1)),
                    found.score > best?.score ?? -.infinity
                else { continue }
                best = found
            }
        }
        return best
    }

    /// So many requests for others, of which so small a part is bad of what is bad for the host or the module.
    private static let otherwiseMin: Float = 10
    private static let otherwiseShare: Float = 0.25

    /// Whether a node has trouble with this host or module, and has all others: its address may be refused, or its copy broken.
    private func isWellOtherwise(_ node: Group, _ part: ScanStatistic.Slot, _ culprit: Culprit) -> Bool {
        guard [.upstream, .module].contains(culprit.dimension) else { return false }
        var rest = culprit.excess.slots.reduce(into: ScanStatistic.Slot()) { $0 += node.slots[$1] }
        rest -= part
        return rest.count >= Self.otherwiseMin
            && rest.bad * part.count <= Self.otherwiseShare * part.bad * rest.count
    }

    /// The node that nearly all of a host's or a module's bad requests are of, while others ask for the same and have it; or the
    /// host that nearly all of a node's are for, while it has what it asks others for. Where one of the two is to blame for
    /// itself, it is the culprit, and there is none.
    func counterpart(of culprit: Culprit) -> Counterpart? {
        let dimension: IncidentDimension
        switch culprit.dimension {
        case .upstream, .module: dimension = .node
        case .node where table.symptom.dimensions.contains(.upstream): dimension = .upstream
        default: return nil
        }
        guard !table.symptom.isMeasured else { return nil }
        let (total, parts) = parts(of: culprit, by: [dimension])
        return zip(parts[0].numbers, parts[0].groups).first { Self.hasNearlyAll($0.1, of: total) }
            .map { Counterpart(dimension: dimension, number: $0.0) }
    }

    /// The requests of a culprit in its interval, together and by what they have in other dimensions.
    private func parts(
        of culprit: Culprit, by dimensions: [IncidentDimension]
    ) -> (total: ScanStatistic.Slot, parts: [NumberedGroups<ScanStatistic.Slot>]) {
        let slots = culprit.excess.slots
        var total = ScanStatistic.Slot()
        var parts = dimensions.map { NumberedGroups<ScanStatistic.Slot>(count: data.count($0)) }
        for (index, entry) in table.entries.enumerated()
        where !isExplained[index] && entry.slot != SymptomTable.before && slots.contains(Int(entry.slot)) {
            let row = data.rows[Int(entry.row)]
            guard data.number(culprit.dimension, row) == culprit.number else { continue }
            let one = ScanStatistic.Slot(count: 1, bad: entry.isBad ? 1 : 0, expected: entry.expected)
            total += one
            for (place, dimension) in dimensions.enumerated() where dimension != culprit.dimension {
                guard let number = data.number(dimension, row) else { continue }
                parts[place].groups[parts[place].place(number, ScanStatistic.Slot())] += one
            }
        }
        return (total, parts)
    }

    private static func hasNearlyAll(_ part: ScanStatistic.Slot, of total: ScanStatistic.Slot) -> Bool {
        guard Double(part.bad) >= shareMin * Double(total.bad), part.count < total.count else { return false }
        var others = total
        others -= part
        let (count, expected) = (Double(others.count), Double(others.expected))
        let asBad = count * Double(total.bad) / Double(total.count)
        return ScanStatistic.likelihood(asBad, of: count, expected: expected) >= sureMin
            && ScanStatistic.likelihood(Double(others.bad), of: count, expected: expected) <= chanceMax
    }
}
