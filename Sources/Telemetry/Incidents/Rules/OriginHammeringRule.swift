import Glibc

/// `origin-hammering`: proxies fetch from one repository again and again what they have fetched from it before.
///
/// A version is fetched once, with all its files; a repository of hundreds of modules is fetched hundreds of times when
/// they are released, but each of them once. So only what a node fetches again counts.
struct OriginHammeringRule: IncidentRule {
    let name = "origin-hammering"

    /// So many fetches of what is known in an hour: one a minute. Proxies that keep what they fetch have none, and hosts
    /// of repositories complained about 800 clones a day, half as many.
    private static let repeatsMin = 60
    /// How many times as many as in the worst hour before.
    private static let factor = 3
    private static let hour: UInt64 = 3_600_000_000_000

    /// What a node has fetched.
    private struct Fetched: Hashable {
        var node: UInt32
        var module: UInt32
        var kind: UInt8
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        return Self.repeats(data).compactMap { repository, places in
            let starts = places.map { data.rows[Int($0)].start }
            let first = starts.firstIndex { $0 >= data.since } ?? starts.count
            guard let hour = Self.busiest(starts[first...]), hour.count > Self.repeatsMin else { return nil }
            let before = Self.busiest(starts[..<first])?.count ?? 0
            guard hour.count > Self.factor * before else { return nil }
            return finding(repository, Array(places[first...]), hour, before: before, data)
        }
    }

    /// By repository: fetches from where it comes from by nodes behind edges, of what the same node has fetched before, in
    /// the order of time. Edges ask proxies, and not repositories.
    private static func repeats(_ data: IncidentData) -> [(repository: String, places: [UInt32])] {
        var places: [UInt32] = []
        var counts: [UInt32: Int] = [:]
        for (place, row) in data.rows.enumerated() {
            guard let kind = row.moduleKind, kind.isImmutable, row.module > 0, row.ending == .ok,
                row.flags.contains(.behindEdge), row.start < data.until, Symptom.isFetch(row, kind)
            else { continue }
            places.append(UInt32(place))
            counts[row.module, default: 0] += 1
        }
        guard places.count > repeatsMin else { return [] }
        places.sort { (data.rows[Int($0)].start, $0) < (data.rows[Int($1)].start, $1) }
        var repositories: [UInt32: String] = [:]
        var fetched: Set<Fetched> = []
        var found: [String: [UInt32]] = [:]
        for place in places {
            let row = data.rows[Int(place)]
            // Of most versions there is one fetch.
            guard counts[row.module, default: 0] > 1 else { continue }
            let key = Fetched(node: row.node, module: row.module, kind: row.kind)
            guard !fetched.insert(key).inserted else { continue }
            let repository: String
            if let known = repositories[row.module] {
                repository = known
            } else {
                repository = Self.repository(data.names.module(row.module)?.module ?? "")
                repositories[row.module] = repository
            }
            found[repository, default: []].append(place)
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Of most hosts, the host and two elements.
    private static func repository(_ module: String) -> String {
        module.split(separator: "/").prefix(3).joined(separator: "/")
    }

    /// The hour, or the part of one, with most of some times.
    private static func busiest(_ starts: ArraySlice<UInt64>) -> Range<Int>? {
        var best: Range<Int>?
        var first = starts.startIndex
        for last in starts.indices {
            while starts[last] - starts[first] >= hour { first += 1 }
            if last + 1 - first > best?.count ?? 0 { best = first..<last + 1 }
        }
        return best
    }

    private func finding(
        _ repository: String, _ places: [UInt32], _ hour: Range<Int>, before: Int, _ data: IncidentData
    ) -> IncidentFinding {
        let rows = places.map { data.rows[Int($0)] }
        let nodes = Set(rows.map(\.node))
        var subject = IncidentSubject(module: repository)
        if nodes.count == 1, let node = nodes.first { subject.node = data.names.node(node).identity.name }
        let versions = Set(rows.map(\.module)).count
        let score = 5 + log(Double(hour.count))
        return IncidentFinding(
            rule: name, severity: .ticket, subject: subject, start: rows.map(\.start).min() ?? data.since,
            end: rows.map(\.end).max() ?? data.until, score: score, confidence: 1 - exp(-score / 4) * 0.5,
            rows: places, slowSeconds: rows.reduce(0) { $0 + $1.seconds },
            numbers: [
                ("repeated_fetches", Double(places.count)), ("repeated_fetches_per_hour", Double(hour.count)),
                ("usual_fetches_per_hour", Double(before)), ("versions", Double(versions)),
            ],
            explanation:
                "\(repository) was fetched \(HumanUnits.count(hour.count, "time")) within an hour for what "
                + "\(subject.node ?? "\(nodes.count) proxies") had fetched from it before, "
                + "\(HumanUnits.count(versions, "version")), where \(number(Double(before))) is the most that is usual: its host may "
                + "refuse more",
            depth: 2, culprit: nil, covers: { _ in false })
    }
}
