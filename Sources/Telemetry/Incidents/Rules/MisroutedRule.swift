import Glibc

/// `misrouted`: clients of a region are served by nodes of another one, though it has nodes of its own that serve others.
///
/// In which region a client is, networks tell that somebody wrote down; without them nothing is found.
struct MisroutedRule: IncidentRule {
    let name = "misrouted"

    private static let requestsMin = 20
    private static let misroutedMin = 5.0
    /// Twice as large a share as before, and five points of a hundred more.
    private static let factor = 2.0
    private static let differenceMin = 0.05
    /// A few clients are always somewhere else than their address says: networks move, and people use VPNs.
    private static let shareMin = 0.02
    /// See `CulpritSearch`.
    private static let margin = 9.0
    /// So much of it has to be of one node, or of one region, for that to be named.
    private static let namedShare = 0.9

    private struct Group {
        var slots: [ScanStatistic.Slot]
        var before = (requests: 0.0, misrouted: 0.0)
        /// Places of requests in the window that went elsewhere.
        var places: [UInt32] = []
        /// How many of its requests its own nodes had in the window.
        var own = 0
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        guard !context.clientRegions.isEmpty else { return [] }
        let groups = Self.groups(context.clientRegions, data)
        let margin = log(Double(max(groups.count, 1) * data.slotCount)) + Self.margin
        return groups.sorted { $0.key < $1.key }.compactMap { region, group in
            // Where its own nodes serve none, they are down, or the networks are written down wrongly.
            guard group.own >= Self.requestsMin else { return nil }
            let before =
                group.before.requests >= Double(Self.requestsMin)
                ? group.before.misrouted / group.before.requests : nil
            let usual = max(before ?? 0, Self.shareMin)
            var slots = group.slots
            for slot in slots.indices { slots[slot].expected = slots[slot].count * Float(usual) }
            guard let excess = ScanStatistic.excess(slots, least: Double(Self.requestsMin)),
                excess.bad >= Self.misroutedMin, excess.rate >= Self.factor * usual,
                excess.rate - usual >= Self.differenceMin, excess.likelihood > margin
            else { return nil }
            return finding(region, group, excess, usual: before, score: excess.likelihood - margin, data)
        }
    }

    /// By region of the clients, of those that have nodes.
    private static func groups(_ regions: ClientRegions, _ data: IncidentData) -> [String: Group] {
        let known = Set(data.regionNames.map { $0.lowercased() }).subtracting([""])
        let names = data.regionNames.map { $0.lowercased() }
        var homes: [UInt32: String] = [:]
        var groups: [String: Group] = [:]
        for (place, row) in data.rows.enumerated()
        where row.client > 0 && RequestHistory.counts(row, data) && data.region(row.node) > 0 {
            let home: String
            if let seen = homes[row.client] {
                home = seen
            } else {
                home =
                    data.names.client(row.client).flatMap { regions.region(of: $0.address)?.lowercased() }
                    ?? ""
                homes[row.client] = home
            }
            guard known.contains(home) else { continue }
            let isOwn = names[Int(data.region(row.node))] == home
            var group =
                groups.removeValue(forKey: home)
                ?? Group(slots: [ScanStatistic.Slot](repeating: ScanStatistic.Slot(), count: data.slotCount))
            if let slot = data.slot(row) {
                group.slots[slot] += ScanStatistic.Slot(count: 1, bad: isOwn ? 0 : 1, expected: 0)
                if isOwn { group.own += 1 } else { group.places.append(UInt32(place)) }
            } else {
                group.before.requests += 1
                if !isOwn { group.before.misrouted += 1 }
            }
            groups[home] = group
        }
        return groups
    }

    private func finding(
        _ home: String, _ group: Group, _ excess: ScanStatistic.Excess, usual: Double?, score: Double,
        _ data: IncidentData
    ) -> IncidentFinding {
        var numbers: [(name: String, value: Double)] = [
            ("requests", excess.count), ("misrouted_requests", excess.bad),
            ("misrouted_share", excess.rate),
        ]
        if let usual { numbers.append(("usual_share", usual)) }
        let told = usual.map { ", where \(share($0)) is usual" } ?? ""
        let rows = group.places.filter {
            data.slot(data.rows[Int($0)]).map { excess.slots.contains($0) } == true
        }
        let node = Self.most(rows.map { data.rows[Int($0)].node })
        let region = Self.most(rows.map { data.region(data.rows[Int($0)].node) })
        var subject = IncidentSubject(region: region.map { data.regionNames[Int($0)] })
        subject.node = node.map { data.names.node($0).identity.name }
        let place = subject.node ?? subject.region.map { "nodes in \($0)" } ?? "nodes of other regions"
        let times = data.times(excess.slots)
        let starts = rows.map { data.rows[Int($0)].start }
        return IncidentFinding(
            rule: name, severity: .info, subject: subject, start: starts.min() ?? times.lowerBound,
            end: rows.map { data.rows[Int($0)].end }.max() ?? times.upperBound, score: min(score, 8),
            confidence: 1 - exp(-score / 4) * 0.5, rows: rows, slowSeconds: 0,
            numbers: numbers,
            explanation: "Clients in \(home) are served by \(place): \(share(excess.rate)) of "
                + "\(number(excess.count)) requests\(told), though nodes in \(home) serve others",
            depth: 3, culprit: nil, covers: { _ in false },
            load: "requests that went to another region")
    }

    /// What nearly all are; nil where they differ.
    private static func most(_ numbers: [UInt32]) -> UInt32? {
        let counts = Dictionary(grouping: numbers, by: \.self).mapValues(\.count)
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            Double(most.value) >= namedShare * Double(numbers.count)
        else { return nil }
        return most.key
    }
}
