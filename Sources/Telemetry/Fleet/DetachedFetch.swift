/// A fetch of Athens that no trace of a request has: it begins a trace of its own, as its context is made anew.
struct DetachedFetch: Sendable {
    /// Number of the node.
    var node: UInt32
    var start: UInt64
    var end: UInt64
    /// Whether it fetched itself; else it waited for another that did.
    var isLeader: Bool
    /// Of the root span.
    var segment: UInt32
    var row: UInt32
    var trace: UInt32
    var stages: StageTimes
    /// Whether it needs a lock that several processes share.
    var isLocked = false
    /// How long the version was fetched and stored; 0 where nothing was.
    var stashNanos: UInt64 = 0
    /// How many requests waited for it besides the one that began it.
    var waiters: UInt32 = 0
}

/// A request to Athens that waited for a file that its storage did not have.
struct AthensWait: Sendable {
    /// The exchange, by its place among those that are held.
    var place: Int
    /// When the storage had answered that it has no such file, and when the request went on.
    var from: UInt64
    var to: UInt64
}

/// Finds for each wait the fetch that it was for, by node and time: nothing else connects the two.
struct FetchMatching {
    /// How far apart the ends of a wait and of its fetch may lie.
    static let toleranceNanos: UInt64 = 5_000_000

    /// What a wait was for.
    enum Match {
        case fetch(Int)
        /// Several fetches fit: nobody knows which.
        case ambiguous(Int)
        case none
    }

    /// In the order of node and start.
    private(set) var fetches: [DetachedFetch]

    init(_ fetches: [DetachedFetch]) {
        self.fetches = fetches.sorted {
            ($0.node, $0.start, $0.end, $0.segment, $0.row) < ($1.node, $1.start, $1.end, $1.segment, $1.row)
        }
        countWaiters()
    }

    /// What fits a wait of a node. A fetch begins within the tolerance of the first look-up's end, and the wait ends
    /// within it of the fetch's end.
    func match(node: UInt32, _ wait: AthensWait) -> Match {
        var found: Int?
        var count = 0
        for index in fetches(of: node, from: wait.from) where Self.isNear(fetches[index].end, wait.to) {
            found = index
            count += 1
        }
        guard let found else { return .none }
        return count == 1 ? .fetch(found) : .ambiguous(count)
    }

    /// The fetches of a node that begin about then.
    private func fetches(of node: UInt32, from time: UInt64) -> Range<Int> {
        let earliest = time > Self.toleranceNanos ? time - Self.toleranceNanos : 0
        let first = lowerBound(node, earliest)
        var end = first
        while end < fetches.count, fetches[end].node == node,
            fetches[end].start <= time &+ Self.toleranceNanos
        {
            end += 1
        }
        return first..<end
    }

    private func lowerBound(_ node: UInt32, _ time: UInt64) -> Int {
        fetches.firstPlace { ($0.node, $0.start) >= (node, time) }
    }

    /// Those that waited for another end together with the one that fetched.
    private mutating func countWaiters() {
        var leaders: [UInt32: [Int]] = [:]
        for index in fetches.indices where fetches[index].isLeader {
            leaders[fetches[index].node, default: []].append(index)
        }
        for node in leaders.keys {
            leaders[node]?.sort { (fetches[$0].end, $0) < (fetches[$1].end, $1) }
        }
        for index in fetches.indices where !fetches[index].isLeader {
            guard let leader = leader(of: fetches[index], leaders[fetches[index].node] ?? []) else {
                continue
            }
            fetches[leader].waiters += 1
        }
    }

    private func leader(of waiter: DetachedFetch, _ byEnd: [Int]) -> Int? {
        let earliest = waiter.end > Self.toleranceNanos ? waiter.end - Self.toleranceNanos : 0
        var place = byEnd.firstPlace { fetches[$0].end >= earliest }
        while place < byEnd.count, fetches[byEnd[place]].end <= waiter.end &+ Self.toleranceNanos {
            let index = byEnd[place]
            if fetches[index].start <= waiter.end, fetches[index].end >= waiter.start { return index }
            place += 1
        }
        return nil
    }

    static func isNear(_ left: UInt64, _ right: UInt64) -> Bool {
        (left > right ? left - right : right - left) <= toleranceNanos
    }
}
