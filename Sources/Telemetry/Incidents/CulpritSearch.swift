import Glibc

/// Finds who a symptom is of: among all groups of requests in all dimensions, and all intervals of time, the one that
/// explains most of what is bad, then, of what that leaves, the next.
///
/// A group that holds the culprit's requests and others besides, as its region, has the same bad ones among more good
/// ones and is less probable; one that holds a part of them only, as one of its modules, has fewer. So the right one is
/// the most improbable, and what merely shares its requests is not told again.
struct CulpritSearch {
    struct Culprit: Sendable {
        var symptom: Symptom
        var dimension: IncidentDimension
        var number: UInt64
        var excess: ScanStatistic.Excess
        /// The likelihood, less what chance and the number of all looks explain. Of few groups, as of everything, it may be
        /// a little below 0: of these less proves enough.
        var score: Double
        /// How likely it has to be for that.
        var likelihoodMin: Double
        /// How many times as often as others this one is bad when all is well.
        var factor: Double
        /// Places of its bad requests among the rows of the data.
        var rows: [UInt32]
        /// What is told of it.
        var told = Told()
        /// Of a host or a module, the one node that has trouble with it, while others that ask for the same do well; of a node
        /// the one host that it has trouble with.
        var counterpart: Counterpart?
    }

    struct Counterpart: Sendable {
        var dimension: IncidentDimension
        var number: UInt64
    }

    /// Of a culprit's requests like most that are bad, in its time: lists that are well say nothing of archives that fail.
    struct Told: Sendable {
        var count = 0.0
        var bad = 0.0
        /// How many are bad when all is well.
        var expected = 0.0
        /// The median of what is measured, of these and of all others like them, in seconds; 0 where nothing is measured.
        var median = 0.0
        var usualMedian = 0.0

        var badShare: Double { bad / max(count, 1) }
        var usualShare: Double { expected / max(count, 1) }
    }

    /// How many times as often as expected it has to be bad.
    static let ratioMin = 2.0
    /// How many are looked for: more than these are one trouble that nothing here names.
    static let culpritsMax = 8
    /// And how many are dismissed, each after a look at all requests: the likeliest come first, and modules that are as they
    /// always are may be thousands.
    private static let dismissedMax = 40
    /// So many requests outside of its interval tell how a group is when all is well.
    static let outsideMin = 20.0
    /// Of a group of which that is not known, so many others have to be better: that one differs from another one is no
    /// trouble yet.
    static let peersMin = 3
    private static let fewOfPeer = 5.0
    /// Of regions, hosts and versions there are few.
    static let groupPeersMin = 2
    /// That chance alone finds one in all of this is as probable as e to the minus this.
    private static let margin = 9.0

    struct GroupKey: Hashable {
        var dimension: IncidentDimension
        var number: UInt64
    }

    struct Group {
        var slots: [ScanStatistic.Slot]
        var before = ScanStatistic.Slot()
        var total = ScanStatistic.Slot()

        init(_ count: Int) { slots = [ScanStatistic.Slot](repeating: ScanStatistic.Slot(), count: count) }

        mutating func add(_ one: ScanStatistic.Slot, slot: UInt16) {
            if slot == SymptomTable.before {
                before += one
            } else {
                slots[Int(slot)] += one
                total += one
            }
        }

        /// How many times as often as expected it is bad when all is well, as far as the time before tells.
        var factor: Double {
            // Five requests' worth of what is expected of all keep a few from telling much.
            let weight = 5.0
            return (Double(before.bad) + weight) / (Double(before.expected) + weight)
        }
    }

    let table: SymptomTable
    private var least: Symptom.Least { table.symptom.least }
    let data: IncidentData
    /// In the order of the symptom's dimensions.
    private(set) var groups: [NumberedGroups<Group>] = []
    /// By version: what its nodes were like with others, as far as they have had some.
    private var withOthers: [UInt64: ScanStatistic.Slot] = [:]
    private var dispersion = 1.0
    private(set) var isExplained: [Bool]
    /// Groups that are as they always are, for what they are asked for.
    private var dismissed: Set<GroupKey> = []
    private(set) var culprits: [Culprit] = []
    /// Of all requests that were looked at; nil where there is no culprit.
    var rows: SymptomRows? { culprits.isEmpty ? nil : SymptomRows(table, rowCount: data.rows.count) }

    init(_ table: SymptomTable, _ data: IncidentData) {
        self.table = table
        self.data = data
        isExplained = [Bool](repeating: false, count: table.entries.count)
        guard Double(table.badCount) >= least.bad else { return }
        collect()
        search()
    }

    /// Of modules, which are many, only those are looked at that something is wrong with.
    private mutating func collect() {
        var wanted: Set<UInt64> = []
        if table.symptom.dimensions.contains(.module) {
            var bad: [UInt64: Int] = [:]
            for entry in table.entries where entry.isBad && entry.slot != SymptomTable.before {
                if let number = data.number(.module, data.rows[Int(entry.row)]) {
                    bad[number, default: 0] += 1
                }
            }
            wanted = Set(bad.filter { Double($0.value) >= least.bad }.keys)
        }
        let dimensions = table.symptom.dimensions
        groups = dimensions.map { NumberedGroups<Group>(count: data.count($0)) }
        for entry in table.entries {
            let row = data.rows[Int(entry.row)]
            let one = ScanStatistic.Slot(count: 1, bad: entry.isBad ? 1 : 0, expected: entry.expected)
            for (index, dimension) in dimensions.enumerated() {
                guard let number = data.number(dimension, row),
                    dimension != .module || wanted.contains(number)
                else { continue }
                let place = groups[index].place(number, Group(data.slotCount))
                groups[index].groups[place].add(one, slot: entry.slot)
            }
        }
        if table.symptom.isComparable, table.symptom.dimensions.contains(.serviceVersion),
            !data.versionChanges.isEmpty
        {
            compareVersions()
        }
        let series = zip(table.symptom.dimensions, groups).filter { $0.0 != .module }
            .flatMap(\.1.groups).map(\.slots)
        dispersion = ScanStatistic.dispersion(series)
    }

    /// A version that came in the window has no time before to be held against, but its nodes have.
    private mutating func compareVersions() {
        struct Key: Hashable {
            var node: UInt32
            var version: UInt64
        }
        var tallies: [Key: ScanStatistic.Slot] = [:]
        for entry in table.entries {
            let row = data.rows[Int(entry.row)]
            guard data.hasChanged(row.node), let version = data.number(.serviceVersion, row) else { continue }
            tallies[Key(node: row.node, version: version), default: ScanStatistic.Slot()] +=
                ScanStatistic.Slot(count: 1, bad: entry.isBad ? 1 : 0, expected: entry.expected)
        }
        for versions in Dictionary(grouping: tallies.keys, by: \.node).values {
            for version in versions {
                for other in versions where other != version {
                    withOthers[version.version, default: ScanStatistic.Slot()] +=
                        tallies[other] ?? ScanStatistic.Slot()
                }
            }
        }
    }

    private mutating func search() {
        while culprits.count < Self.culpritsMax, dismissed.count < Self.dismissedMax, let best = best() {
            guard isBeyondItsMix(best) else {
                dismissed.insert(GroupKey(dimension: best.dimension, number: best.number))
                continue
            }
            culprits.append(best)
            culprits[culprits.count - 1].counterpart = counterpart(of: best)
            explain(culprits.count - 1)
        }
        for place in culprits.indices { culprits[place].told = told(of: culprits[place]) }
    }

    /// Of groups with a smaller part of the bad requests, a median would tell how requests of other kinds are.
    private static let likeShareMin = 0.1

    private func told(of culprit: Culprit) -> Told {
        let own = Set(culprit.rows)
        var badCounts = [Int](repeating: 0, count: Symptom.groupsMax)
        for entry in table.entries where entry.isBad && own.contains(entry.row) {
            badCounts[Int(entry.group)] += 1
        }
        let least = Self.likeShareMin * Double(culprit.rows.count)
        let isAlike = badCounts.map { $0 > 0 && Double($0) >= least }
        var (here, elsewhere) = (DurationSketch(), DurationSketch())
        var told = Told()
        for entry in table.entries where isAlike[Int(entry.group)] {
            let row = data.rows[Int(entry.row)]
            let micros = Int64(table.symptom.micros(row) ?? 0)
            let isOwn =
                entry.slot != SymptomTable.before && culprit.excess.slots.contains(Int(entry.slot))
                && data.number(culprit.dimension, row) == culprit.number
            guard isOwn else {
                elsewhere.add(micros)
                continue
            }
            // What another one is to blame for is told there.
            guard !entry.isBad || own.contains(entry.row) else { continue }
            here.add(micros)
            told.count += 1
            told.expected += Double(entry.expected)
            if entry.isBad { told.bad += 1 }
        }
        told.median = Double(here.quantile(0.5) ?? 0) / 1e6
        told.usualMedian = Double(elsewhere.quantile(0.5) ?? 0) / 1e6
        return told
    }

    /// How improbable an excess has to be: the more is looked at, the more is found by chance.
    private var threshold: Double { threshold(groups.reduce(0) { $0 + $1.groups.count }) }

    /// The same of one dimension: each has an equal part of what chance may find, so that a few regions need not be as
    /// improbable as one of hundreds of modules. Of the dimension with the most groups that is no more than `threshold`.
    private func threshold(of found: NumberedGroups<Group>) -> Double {
        min(threshold, threshold(found.groups.count * groups.count))
    }

    private func threshold(_ groupCount: Int) -> Double {
        log(Double(max(groupCount * data.slotCount, 1))) + Self.margin
    }

    private func best() -> Culprit? {
        var best: Culprit?
        for (dimension, found) in zip(table.symptom.dimensions, groups) {
            for (number, group) in zip(found.numbers, found.groups)
            where Double(group.total.bad) >= least.bad {
                guard let culprit = culprit(dimension, number, group, among: found),
                    Self.isBetter(culprit.score, dimension, number, than: best)
                else { continue }
                best = culprit
            }
        }
        guard let found = best else { return nil }
        let narrowed = narrowed(found) ?? found
        guard narrowed.dimension == .node else { return narrowed }
        return versionBegun(with: narrowed) ?? narrowed
    }

    /// A group as a culprit, if it is one.
    func culprit(
        _ dimension: IncidentDimension, _ number: UInt64, _ group: Group, among found: NumberedGroups<Group>
    ) -> Culprit? {
        let factor = max(1, group.factor)
        guard !dismissed.contains(GroupKey(dimension: dimension, number: number)),
            let excess = ScanStatistic.excess(
                group.slots, factor: factor, least: requestsMin(dimension, group)),
            excess.bad >= least.bad, excess.ratio >= Self.ratioMin,
            excess.rate - excess.expected / excess.count >= least.difference,
            isUnusual(excess, of: group, number, among: found, dimension)
        else { return nil }
        // There has to be another one to go back to: what all of a service have is not their version.
        if dimension == .serviceVersion, !data.hasOthers(version: number) { return nil }
        // What one node only has is the node, unless it began with the version.
        if dimension == .serviceVersion, let node = data.soleNode(ofVersion: number),
            !data.versionsBegun(at: node, excess.slots).contains(number)
        {
            return nil
        }
        let likelihoodMin = threshold(of: found) * dispersion
        guard excess.likelihood > likelihoodMin else { return nil }
        return Culprit(
            symptom: table.symptom, dimension: dimension, number: number, excess: excess,
            score: excess.likelihood / dispersion - threshold, likelihoodMin: likelihoodMin, factor: factor,
            rows: [])
    }

    /// A node that is asked little, and fails in nearly all of it, is to blame all the same: else everything would be.
    private static let nearlyAll: Float = 0.8

    private func requestsMin(_ dimension: IncidentDimension, _ group: Group) -> Double {
        let isSmall = Double(group.total.count) < least.requests
        return dimension == .node && isSmall && group.total.bad >= Self.nearlyAll * group.total.count
            ? least.bad : least.requests
    }

    /// Of a version that explains as much as a node which went over to it just then, nothing else is known but that it is
    /// new: that says more than where it is.
    private static let versionScoreMin = 0.9

    /// The version that a node went over to when it became bad, where that explains as much.
    private func versionBegun(with node: Culprit) -> Culprit? {
        guard let place = table.symptom.dimensions.firstIndex(of: .serviceVersion) else { return nil }
        let versions = data.versionsBegun(at: UInt32(node.number), node.excess.slots)
        return versions.lazy.compactMap { number in
            groups[place].place(number).flatMap {
                culprit(.serviceVersion, number, groups[place].groups[$0], among: groups[place])
            }
        }.first { $0.score >= Self.versionScoreMin * node.score }
    }

    /// Whether an excess is more than what the group always has: it is bad twice as often as outside of the interval, or,
    /// of a version, as its nodes with another one. Where nothing is known outside of it, others have to be better, and caches always differ.
    private func isUnusual(
        _ excess: ScanStatistic.Excess, of group: Group, _ number: UInt64,
        among all: NumberedGroups<Group>, _ dimension: IncidentDimension
    ) -> Bool {
        var outside = group.slots.indices.reduce(into: group.before) {
            if !excess.slots.contains($1) { $0 += group.slots[$1] }
        }
        if dimension == .serviceVersion, let others = withOthers[number] { outside += others }
        if Double(outside.count) >= Self.outsideMin {
            return excess.rate >= Self.ratioMin * Double(outside.bad) / Double(outside.count)
        }
        guard table.symptom.isComparable, dimension != .everything else { return false }
        // Of modules, only those are here that something is wrong with.
        if dimension == .module { return isWorseThanOthers(excess, of: group) }
        // Where little is asked, a few requests of each tell.
        let least = Double(group.total.count) < Self.outsideMin ? Self.fewOfPeer : Self.outsideMin
        let peers = all.groups.count {
            Double($0.total.count) >= least
                && Double($0.total.bad) / Double($0.total.count) * Self.ratioMin <= excess.rate
        }
        return peers >= (dimension == .node ? Self.peersMin : Self.groupPeersMin)
    }

    /// Whether a group is bad twice as often as all others together.
    private func isWorseThanOthers(_ excess: ScanStatistic.Excess, of group: Group) -> Bool {
        guard let place = table.symptom.dimensions.firstIndex(of: .everything),
            var others = groups[place].groups.first?.total
        else { return false }
        others -= group.total
        return Double(others.count) >= Self.outsideMin * Double(Self.peersMin)
            && excess.rate >= Self.ratioMin * Double(others.bad) / Double(others.count)
    }

    /// Of equally good ones the more telling; what differs by less than rounding is equal.
    private static func isBetter(
        _ score: Double, _ dimension: IncidentDimension, _ number: UInt64, than best: Culprit?
    ) -> Bool {
        guard let best else { return true }
        if abs(score - best.score) > 1e-6 * max(score, best.score) { return score > best.score }
        // In the order of the symptom's dimensions; they are gone through in this order.
        return dimension == best.dimension && number < best.number
    }

    /// Takes the requests of a culprit out of all groups.
    private mutating func explain(_ place: Int) {
        let (culprit, slots) = (culprits[place], culprits[place].excess.slots)
        for (index, entry) in table.entries.enumerated() {
            guard !isExplained[index], entry.slot != SymptomTable.before, slots.contains(Int(entry.slot))
            else { continue }
            let row = data.rows[Int(entry.row)]
            guard data.number(culprit.dimension, row) == culprit.number else { continue }
            isExplained[index] = true
            if entry.isBad { culprits[place].rows.append(entry.row) }
            let one = ScanStatistic.Slot(count: 1, bad: entry.isBad ? 1 : 0, expected: entry.expected)
            for (found, dimension) in table.symptom.dimensions.enumerated() {
                guard let number = data.number(dimension, row), let place = groups[found].place(number)
                else { continue }
                groups[found].groups[place].slots[Int(entry.slot)] -= one
                groups[found].groups[place].total -= one
            }
        }
    }
}
