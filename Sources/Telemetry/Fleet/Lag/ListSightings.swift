/// Which lists of versions nodes gave out, and when: a list only grows.
struct ListSightings: Sendable {
    /// How many pairs of node and module are kept in one worker.
    static let keptMax = 1 << 19

    private struct Key: Hashable, Sendable {
        var node: UInt32
        var module: UInt32
        /// Number of the content encoding: compressed sizes are others.
        var encoding: UInt32
    }

    /// A list, by its size, from when to when a node gave it out, by its clock.
    private struct Seen: Sendable {
        var bytes: UInt64
        var first: UInt64
        var last: UInt64
    }

    private var lists: [Key: [Seen]] = [:]

    mutating func add(_ exchange: Exchange) {
        guard exchange.moduleKind == .list, exchange.httpStatus == 200, exchange.module != 0,
            let bytes = exchange.bytes, bytes > 0, !exchange.flags.contains(.clientSide)
        else { return }
        let key = Key(node: exchange.node, module: exchange.module, encoding: exchange.label)
        guard lists.count < Self.keptMax || lists[key] != nil else { return }
        add(key, Seen(bytes: bytes, first: exchange.start, last: exchange.start))
    }

    private mutating func add(_ key: Key, _ more: Seen) {
        guard let place = lists[key]?.firstIndex(where: { $0.bytes == more.bytes }) else {
            lists[key, default: []].append(more)
            return
        }
        guard let known = lists[key]?[place], more.first < known.first || more.last > known.last else {
            return
        }
        lists[key]?[place].first = min(known.first, more.first)
        lists[key]?[place].last = max(known.last, more.last)
    }

    mutating func merge(_ other: ListSightings) {
        for (key, seen) in other.lists { for more in seen { add(key, more) } }
    }

    /// What nodes can be compared by: the same module from the same software, in the same encoding.
    private struct Group: Hashable {
        var module: UInt32
        var encoding: UInt32
        var software: ProxySoftware?
    }

    private struct Given {
        var node: UInt32
        var bytes: UInt64
        var first: Int64
        var last: Int64
    }

    /// By node, the worst of its lists. Nodes whose lists nobody else has are left out.
    /// - Returns: also the nodes of which a list was left out, as it cannot be one
    func lags(_ census: NodeCensus, _ modules: [ModuleName]) -> (
        lags: [UInt32: ListLag], doubted: Set<UInt32>
    ) {
        var groups: [Group: [Given]] = [:]
        for (key, seen) in lists {
            let group = Group(
                module: key.module, encoding: key.encoding, software: census.node(key.node).software)
            for list in seen {
                groups[group, default: []].append(
                    Given(
                        node: key.node, bytes: list.bytes,
                        first: census.clocks.corrected(list.first, node: key.node),
                        last: census.clocks.corrected(list.last, node: key.node)))
            }
        }
        var lags: [UInt32: ListLag] = [:]
        var doubted: Set<UInt32> = []
        for (group, given) in groups where given.count > 1 {
            let believed = Self.believable(given, &doubted)
            guard believed.count > 1 else { continue }
            Self.compare(believed, modules[Int(group.module) - 1].module, &lags)
        }
        return (lags, doubted)
    }

    /// A list that is more than twice as large as any that another node ever gave out, and by more than so many bytes, has
    /// versions that nobody else knows of: a hundred or so.
    private static let suddenBytes: UInt64 = 1_024

    /// Leaves out what the others contradict: a single wrong size would make the lists of all others old.
    private static func believable(_ given: [Given], _ doubted: inout Set<UInt32>) -> [Given] {
        var given = given
        while true {
            var largest: [UInt32: UInt64] = [:]
            for list in given { largest[list.node] = max(largest[list.node] ?? 0, list.bytes) }
            let nodes = largest.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            guard nodes.count > 1, nodes[0].value > nodes[1].value else { return given }
            // One other node alone may be the one that is wrong, unless this was said only once.
            let (node, most, others) = (nodes[0].key, nodes[1].value, nodes.count - 1)
            let all = given
            let isDoubted = { (list: Given) -> Bool in
                guard list.node == node, list.bytes > most else { return false }
                let isOnce = list.first == list.last
                if list.bytes - most > most &+ suddenBytes { return isOnce || others > 1 }
                // It had a smaller one itself later, and so had two others at the least.
                let later = Set(
                    all.lazy.filter { $0.bytes < list.bytes && $0.last > list.first }.map(\.node))
                return isOnce && later.contains(node) && later.count > 2
            }
            guard all.contains(where: isDoubted) else { return all }
            doubted.insert(node)
            given = all.filter { !isDoubted($0) }
        }
    }

    /// How long a list was given out after a larger one was seen anywhere.
    private static func compare(_ given: [Given], _ module: String, _ lags: inout [UInt32: ListLag]) {
        // From the largest down: the first moment at which any larger one was seen.
        let ordered = given.sorted { ($1.bytes, $0.first, $0.node) < ($0.bytes, $1.first, $1.node) }
        var larger: (first: Int64, node: UInt32)?
        var place = 0
        while place < ordered.count {
            var end = place
            while end < ordered.count, ordered[end].bytes == ordered[place].bytes { end += 1 }
            for list in ordered[place..<end] {
                let stale = larger.map { max(0, list.last &- $0.first) } ?? 0
                var lag = lags[list.node] ?? ListLag(worstNanos: 0, module: nil, flaps: 0)
                if stale > lag.worstNanos {
                    lag.worstNanos = stale
                    lag.module = module
                }
                // It had a larger one itself before.
                let own = ordered[..<place].first { $0.node == list.node && $0.first < list.last }
                if own != nil { lag.flaps += 1 }
                lags[list.node] = lag
            }
            for list in ordered[place..<end] where list.first < larger?.first ?? .max {
                larger = (list.first, list.node)
            }
            place = end
        }
    }
}

/// For how long a node gave out a list of versions that was older than what another one had given out already.
package struct ListLag: Sendable {
    package var worstNanos: Int64
    /// Which module that was; nil where no list was older.
    package var module: String?
    /// How often it gave out a shorter list than it had itself before: nodes behind it take turns, or it was rolled back.
    package var flaps: Int

    var alarm: LagAlarm { LagAlarm(nanos: worstNanos, warn: 300_000_000_000) }
}
