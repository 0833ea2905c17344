import OTLPModel

/// How the spans of a segment lie in each other, and what each of them does.
final class SpanLinks {
    /// By row: the row of its parent, -1 without one in the trace here.
    let parents: [Int32]
    let children: ChildLists
    /// By row.
    let roles: [SpanRole]

    /// - Parameter codes: `ParentCode` of each span
    init(_ view: SegmentView, _ codes: [UInt32], _ offsets: [Int]) throws(StoreError) {
        let tables = try view.tables()
        let names = try view.names()
        let roleOfOperation = tables.operations.map {
            SpanRole(kind: SpanKind(rawValue: $0.kind), name: names.text(Int($0.name)))
        }
        roles = try view.operationIndexes().map { roleOfOperation[Int($0)] }
        parents = Self.parentRows(codes, offsets)
        children = ChildLists(parents)
    }

    /// Where the spans cannot be read: each by itself.
    init(count: Int) {
        parents = [Int32](repeating: -1, count: count)
        children = ChildLists(parents)
        roles = [SpanRole](repeating: .other, count: count)
    }

    /// By row: the row of the parent, -1 where it is none of the trace's here.
    private static func parentRows(_ codes: [UInt32], _ offsets: [Int]) -> [Int32] {
        var parents = [Int32](repeating: -1, count: codes.count)
        var target = parents.mutableSpan
        let codes = codes.span
        for trace in 0..<(offsets.count - 1) {
            let rows = offsets[trace]..<offsets[trace + 1]
            for row in rows {
                guard let distance = ParentCode.distance(codes[row]) else { continue }
                let parent = row - distance
                if rows.contains(parent), parent != row { target[row] = Int32(parent) }
            }
        }
        return parents
    }

    /// The first call of the download protocol right below a span.
    func protocolCall(below row: Int) -> Int? { children[row].first { roles[$0] == .protocolCall } }

    /// Finds for each span of a trace the request that it is of or lies in. Parents mostly come before their children;
    /// where not, the way up is walked once and remembered.
    /// - Parameters:
    ///   - places: by row, the place of its request; -1 for other spans
    ///   - nearest: by row, the place of the request, -1 without one; `notLookedAt` before
    ///   - way: memory that is used again
    func findNearest(
        _ rows: Range<Int>, _ places: [Int32], into nearest: inout [Int32], _ way: inout [Int]
    ) {
        for row in rows where nearest[row] == Self.notLookedAt {
            if places[row] >= 0 {
                nearest[row] = places[row]
                continue
            }
            if parents[row] >= 0, nearest[Int(parents[row])] != Self.notLookedAt {
                nearest[row] = nearest[Int(parents[row])]
                continue
            }
            way.removeAll(keepingCapacity: true)
            var at = row
            var found = Int32(-1)
            while true {
                if places[at] >= 0 {
                    found = places[at]
                    nearest[at] = found
                    break
                }
                if nearest[at] != Self.notLookedAt {
                    found = nearest[at]
                    break
                }
                // What leads back here is a circle without a request.
                nearest[at] = -1
                way.append(at)
                guard parents[at] >= 0 else { break }
                at = Int(parents[at])
            }
            for at in way { nearest[at] = found }
        }
    }

    static let notLookedAt = Int32.min
}

/// The same for one segment of a scan, with the exchanges that were found in it: read when somebody looks, as most
/// questions do not.
final class SegmentTree {
    let links: SpanLinks
    /// Those of the links, a step nearer: they are looked at for each piece of a path.
    let parents: [Int32]
    let children: ChildLists
    let roles: [SpanRole]
    /// By row: the place of its exchange, -1 for other spans.
    let exchangeOfRow: [Int32]
    /// By row: the place of the exchange that it is of or lies in, -1 without one; of traces with exchanges only.
    let nearest: [Int32]

    init(_ links: SpanLinks, _ exchanges: [Exchange], _ offsets: [Int]) {
        self.links = links
        parents = links.parents
        children = links.children
        roles = links.roles
        var places = [Int32](repeating: -1, count: links.parents.count)
        for place in exchanges.indices { places[Int(exchanges[place].row)] = Int32(place) }
        var nearest = [Int32](repeating: SpanLinks.notLookedAt, count: places.count)
        var way: [Int] = []
        var last = UInt32.max
        for exchange in exchanges where exchange.trace != last {
            last = exchange.trace
            let rows = offsets[Int(last)]..<offsets[Int(last) + 1]
            links.findNearest(rows, places, into: &nearest, &way)
        }
        exchangeOfRow = places
        self.nearest = nearest
    }
}
