/// Makes a tree of who asks whom.
struct MapTree {
    private struct Link {
        var to: MapPlace
        var counts: NodeTraffic.Counts
    }

    private var links: [MapPlace: [MapPlace: NodeTraffic.Counts]] = [:]
    private var nodes: [MapPlace: FleetNode] = [:]
    private let grouping: MapGrouping
    private let branches: Int
    private let shared: SharedNames

    init(_ tally: LinkTally, _ names: FleetNameTables, _ query: FleetMapQuery) {
        grouping = query.grouping
        branches = query.branches
        let numbers =
            tally.links.keys.flatMap { [UInt32($0 >> 32), UInt32(truncatingIfNeeded: $0)] }
            + tally.upstreams.map(\.node)
        shared = SharedNames(Set(numbers).lazy.filter { $0 > 0 }.map { names.node($0) })
        for (key, counts) in tally.links {
            let from = UInt32(key >> 32)
            let left = from == 0 ? .clients : place(names.node(from))
            add(counts, left, place(names.node(UInt32(truncatingIfNeeded: key))))
        }
        for (node, host, counts) in tally.upstreams {
            add(counts, place(names.node(node)), .upstream(host))
        }
    }

    private mutating func add(_ counts: NodeTraffic.Counts, _ from: MapPlace, _ to: MapPlace) {
        links[from, default: [:]][to, default: NodeTraffic.Counts()].merge(counts)
    }

    private mutating func place(_ node: FleetNode) -> MapPlace {
        let role = node.role?.rawValue ?? "node"
        let name =
            switch grouping {
            case .node: shared.label(node)
            case .region: "\(role) \(node.region ?? "without region")"
            case .role: role
            case .software: node.software?.rawValue ?? node.service
            }
        if nodes[.nodes(name)] == nil { nodes[.nodes(name)] = node }
        return .nodes(name)
    }

    /// Depth first. What several ask stands below the one that asks most.
    func rows() -> [MapRow] {
        guard let first = links[.clients] else { return [] }
        var all = NodeTraffic.Counts()
        for counts in first.values { all.merge(counts) }
        var rows = [
            MapRow(
                depth: 0, from: nil, to: .clients, role: nil, region: nil, traffic: TrafficReport(all),
                repetition: nil, others: 0)
        ]
        var isShown: Set<MapPlace> = [.clients]
        addRows(behind: .clients, depth: 1, homes(), &rows, &isShown)
        return rows
    }

    /// From what share of failures on, beyond chance, a link is told of singly, however seldom it is used.
    private static let failingShareMin = 0.05

    /// The links from a place, the busiest first, as far as they are told of singly.
    private func ordered(_ from: MapPlace) -> (shown: [Link], rest: [Link]) {
        let all = (links[from] ?? [:]).map { Link(to: $0.key, counts: $0.value) }.sorted {
            ($1.counts.requests, $0.to.name) < ($0.counts.requests, $1.to.name)
        }
        // One more is no longer than the line that says so.
        guard all.count > branches + 1 else { return (all, []) }
        let isFailing = { (link: Link) in
            TrafficReport(link.counts).certainErrorShare >= Self.failingShareMin
        }
        let rest = all[branches...]
        // As many again at the most: where most fail, the busiest tell enough.
        let failing = rest.filter(isFailing).prefix(branches)
        let isShown = Set(failing.map(\.to))
        let others = rest.filter { !isShown.contains($0.to) }
        // One more is no longer than the line that says so.
        return others.count <= 1 ? (all, []) : (Array(all[..<branches]) + failing, others)
    }

    /// By place, from where it is entered to show what lies behind it: of those that ask it, the busiest.
    private func homes() -> [MapPlace: MapPlace] {
        let order = order()
        // Only from what comes earlier: so no place lies behind itself.
        let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
        var homes: [MapPlace: (from: MapPlace, requests: Int)] = [:]
        for (rank, from) in order.enumerated() {
            for link in ordered(from).shown where rank < ranks[link.to] ?? 0 {
                guard link.counts.requests > homes[link.to]?.requests ?? -1 else { continue }
                homes[link.to] = (from, link.counts.requests)
            }
        }
        return homes.mapValues(\.from)
    }

    /// All places that are shown, those nearer to the clients first; of those as near, the busier.
    private func order() -> [MapPlace] {
        var order: [MapPlace] = [.clients]
        var level = order
        var isSeen: Set<MapPlace> = [.clients]
        while !level.isEmpty {
            var requests: [MapPlace: Int] = [:]
            for link in level.flatMap({ ordered($0).shown }) where !isSeen.contains(link.to) {
                requests[link.to, default: 0] += link.counts.requests
            }
            level = requests.sorted { ($1.value, $0.key.name) < ($0.value, $1.key.name) }.map(\.key)
            isSeen.formUnion(level)
            order += level
        }
        return order
    }

    private func addRows(
        behind from: MapPlace, depth: Int, _ homes: [MapPlace: MapPlace], _ rows: inout [MapRow],
        _ isShown: inout Set<MapPlace>
    ) {
        let (shown, hidden) = ordered(from)
        for link in shown {
            let isHome = homes[link.to] == from
            let isLeaf = links[link.to] == nil
            rows.append(
                MapRow(
                    depth: depth, from: from, to: link.to,
                    role: grouping == .software ? nil : nodes[link.to]?.role,
                    region: grouping == .node || grouping == .region ? nodes[link.to]?.region : nil,
                    traffic: TrafficReport(link.counts),
                    repetition: isHome || isLeaf ? nil : isShown.contains(link.to) ? .above : .below,
                    others: 0))
            guard isHome, !isLeaf else { continue }
            isShown.insert(link.to)
            addRows(behind: link.to, depth: depth + 1, homes, &rows, &isShown)
        }
        guard !hidden.isEmpty else { return }
        var rest = NodeTraffic.Counts()
        for link in hidden { rest.merge(link.counts) }
        rows.append(
            MapRow(
                depth: depth, from: from, to: nil, role: nil, region: nil, traffic: TrafficReport(rest),
                repetition: nil, others: hidden.count))
    }
}
