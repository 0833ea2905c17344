/// The traces whose ids begin with some digits.
package struct TraceMatches: Hashable, Sendable {
    /// How many ids are listed.
    package static let listedMax = 10
    /// Up to so many are counted; each takes some 40 bytes.
    package static let countedMax = 100_000

    /// The first of them, in order.
    package private(set) var listed: [TraceID] = []
    /// Those that were counted: a trace may lie in several segments.
    private var counted: Set<TraceID> = []
    /// Whether there are more than were counted.
    package private(set) var hasMore = false

    package init(_ ids: [TraceID] = []) { for id in ids { insert(id) } }

    package var count: Int { counted.count }

    mutating func insert(_ id: TraceID) {
        if counted.count < Self.countedMax {
            counted.insert(id)
        } else if !counted.contains(id) {
            hasMore = true
        }
        if listed.count == Self.listedMax, let last = listed.last, last <= id { return }
        let place = listed.firstIndex { $0 >= id } ?? listed.count
        guard place == listed.count || listed[place] != id else { return }
        listed.insert(id, at: place)
        if listed.count > Self.listedMax { listed.removeLast() }
    }

    mutating func formUnion(_ other: TraceMatches) {
        for id in other.counted { insert(id) }
        // Those that others found later than they count.
        for id in other.listed { insert(id) }
        hasMore = hasMore || other.hasMore
    }
}
