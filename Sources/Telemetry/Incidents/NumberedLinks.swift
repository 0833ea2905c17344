/// The ways between the edges of a region and a node behind them, by number from 1 on. A lookup is a few reads of arrays,
/// for there are millions of them: a region asks few nodes.
struct NumberedLinks: Sendable {
    /// By number of a region: where its links begin in `behind`, and behind the last one where they end.
    private var offsets: [Int]
    /// Numbers of nodes, of each region in order.
    private var behind: [UInt32] = []
    /// The region of each.
    private var regionOfLink: [UInt32] = []

    /// - Parameter regions: by number of a node; numbers lie below `regionCount`
    init(_ rows: [IncidentRow], regions: [UInt32], regionCount: Int) {
        var known: Set<UInt64> = []
        // By node: whom it asked last. Mostly it is that one again.
        var last = [UInt32](repeating: 0, count: regions.count)
        for row in rows where row.behind > 0 && last[Int(row.node)] != row.behind {
            last[Int(row.node)] = row.behind
            known.insert(UInt64(regions[Int(row.node)]) << 32 | UInt64(row.behind))
        }
        offsets = [Int](repeating: 0, count: regionCount + 1)
        for link in known.sorted() {
            let region = UInt32(truncatingIfNeeded: link >> 32)
            offsets[Int(region) + 1] += 1
            regionOfLink.append(region)
            behind.append(UInt32(truncatingIfNeeded: link))
        }
        for region in 0..<regionCount { offsets[region + 1] += offsets[region] }
    }

    var count: Int { behind.count }

    /// 0 where no request went that way.
    func number(region: UInt32, behind node: UInt32) -> UInt32 {
        var low = offsets[Int(region)]
        var high = offsets[Int(region) + 1]
        while low < high {
            let middle = (low + high) / 2
            if behind[middle] < node { low = middle + 1 } else { high = middle }
        }
        return low < offsets[Int(region) + 1] && behind[low] == node ? UInt32(low + 1) : 0
    }

    /// - Parameter number: from 1 to `count`
    subscript(number: UInt32) -> (region: UInt32, behind: UInt32) {
        (regionOfLink[Int(number) - 1], behind[Int(number) - 1])
    }
}
