/// Finds the signs of requests: those of each version are looked at in the order of time, on all cores.
struct RequestSignSearch {
    /// By place among the rows of the data.
    private(set) var signs: [RequestSigns]
    /// All that some row has.
    private(set) var all: RequestSigns = []

    /// What differs by a header's worth at a node is how that node measures.
    private static let headerBytes: UInt32 = 4_096
    /// Into so many pieces the work is cut, so that no core waits long for another one.
    private static let pieces = 64

    /// - Parameters:
    ///   - moduleCount: numbers of modules lie below it
    ///   - nodeCount: so do those of nodes
    init(_ rows: [IncidentRow], moduleCount: Int, nodeCount: Int) {
        signs = [RequestSigns](repeating: [], count: rows.count)
        let order = Self.order(rows, moduleCount: moduleCount)
        let pieces = Self.pieces(order.ends)
        let found = ParallelWork.map(pieces.count) { piece in
            var search = ModuleSignSearch(nodeCount: nodeCount)
            for module in pieces[piece] {
                let places = order.places[order.ends[module - 1]..<order.ends[module]]
                if places.count > 1 { search.look(at: places, of: rows) }
            }
            return search.finding
        }
        var sizes: [UInt32: NodeSizes] = [:]
        for finding in found {
            for (place, sign) in finding.signs { signs[Int(place)] = sign }
            sizes.merge(finding.sizes) { $0 + $1 }
        }
        lookAtFlags(rows)
        dropMeasures(sizes, rows)
        for sign in signs { all.formUnion(sign) }
    }

    /// What a request shows by itself, and hardly any does.
    private mutating func lookAtFlags(_ rows: [IncidentRow]) {
        /// By node: how many full tiles there are of each kind.
        var tiles: [UInt32: (good: Int, bad: Int, differenceMax: UInt32, isSmaller: Bool)] = [:]
        var bad: [Int] = []
        for (place, row) in rows.enumerated() {
            if row.flags.contains(.keptRedirect) { signs[place].insert(.keptRedirect) }
            if row.ending == .rateLimited { signs[place].insert(.rateLimited) }
            if row.ending == .maskedTimeout { signs[place].insert(.maskedTimeout) }
            guard row.moduleKind == .sumdbTile, row.saysSize else { continue }
            let full = UInt32(TileSizes.full)
            if row.flags.contains(.badTile) {
                var node = tiles[row.node] ?? (0, 0, 0, false)
                node.bad += 1
                if row.bytes < full { node.isSmaller = true }
                node.differenceMax = max(node.differenceMax, row.bytes > full ? row.bytes - full : 0)
                tiles[row.node] = node
                bad.append(place)
            } else if row.bytes == full {
                tiles[row.node, default: (0, 0, 0, false)].good += 1
            }
        }
        for place in bad {
            guard let node = tiles[rows[place].node] else { continue }
            // As with archives: who counts headers, or compresses, has none of the right size.
            let isMeasure = node.good == 0 && !node.isSmaller && node.differenceMax <= Self.headerBytes
            if !isMeasure { signs[place].insert(.badTile) }
        }
    }

    /// Places of rows in the order of their modules, and where those of each end.
    private static func order(_ rows: [IncidentRow], moduleCount: Int) -> (places: [UInt32], ends: [Int]) {
        var ends = [Int](repeating: 0, count: moduleCount + 1)
        for row in rows { ends[Int(row.module)] += 1 }
        var sum = 0
        for module in ends.indices {
            sum += ends[module]
            ends[module] = sum
        }
        var next = ends
        var places = [UInt32](repeating: 0, count: rows.count)
        for place in rows.indices.reversed() {
            next[Int(rows[place].module)] -= 1
            places[next[Int(rows[place].module)]] = UInt32(place)
        }
        return (places, ends)
    }

    /// Modules, as ranges with about as many rows each. The first is none.
    private static func pieces(_ ends: [Int]) -> [Range<Int>] {
        let share = max((ends.last ?? 0) / pieces, 1)
        var ranges: [Range<Int>] = []
        var first = 1
        for module in 1..<max(ends.count, 1) where ends[module] - ends[first - 1] >= share {
            ranges.append(first..<module + 1)
            first = module + 1
        }
        if first < ends.count { ranges.append(first..<ends.count) }
        return ranges
    }

    /// Nodes of which most sizes differ, always to the same side and by little, count headers with bodies, or answers that
    /// are compressed: they say nothing of what is in them.
    private mutating func dropMeasures(_ sizes: [UInt32: NodeSizes], _ rows: [IncidentRow]) {
        var others: Set<UInt32> = []
        var otherLists: Set<UInt32> = []
        for (node, found) in sizes {
            if found.hasOtherLists {
                otherLists.insert(node)
            }
            let differing = max(found.smaller, found.larger)
            if 2 * differing > found.shared, min(found.smaller, found.larger) == 0,
                found.differenceMax <= Self.headerBytes
            {
                others.insert(node)
            }
        }
        guard !others.isEmpty || !otherLists.isEmpty else { return }
        for place in rows.indices {
            if others.contains(rows[place].node) {
                signs[place].subtract([.otherSize, .cutShort, .staleList])
            }
            if otherLists.contains(rows[place].node) { signs[place].remove(.staleList) }
        }
    }
}

/// Archives and lists of a node whose sizes could be held against others', how many of them differ, and by how much.
struct NodeSizes: Sendable {
    var shared = 0
    var smaller = 0
    var larger = 0
    var differenceMax: UInt32 = 0
    /// Lists that were shorter than the one before, of the same node.
    var falls = 0

    /// A list that lacks something lacks it for a while, and then has it. Where lists become shorter again and again, their
    /// sizes are of something else than what is in them: a fall or two may be what somebody withdrew.
    var hasOtherLists: Bool { falls >= 5 && 20 * falls >= shared }

    static func + (left: NodeSizes, right: NodeSizes) -> NodeSizes {
        NodeSizes(
            shared: left.shared + right.shared, smaller: left.smaller + right.smaller,
            larger: left.larger + right.larger, differenceMax: max(left.differenceMax, right.differenceMax),
            falls: left.falls + right.falls)
    }
}
