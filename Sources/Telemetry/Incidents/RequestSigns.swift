/// What a request shows only next to others for the same file.
struct RequestSigns: OptionSet {
    let rawValue: UInt16

    /// Given up after ten seconds or more, while a later one for the same version had it: the fetch had gone on.
    static let givenUpCold = RequestSigns(rawValue: 1)
    /// Refused by the node itself though somebody had been given it a minute before or earlier, and the node had refused it
    /// before that.
    static let keptRefusal = RequestSigns(rawValue: 2)
    /// Another size than most answers of this archive, which never changes; the same one has come before.
    static let otherSize = RequestSigns(rawValue: 4)
    /// Smaller than most answers of this archive, and of no size that comes again: it was cut short.
    static let cutShort = RequestSigns(rawValue: 8)
    /// A list smaller than one that somebody was given five minutes before or earlier: lists only grow.
    static let staleList = RequestSigns(rawValue: 16)
    /// One of five or more fetches of a version from where it comes from, all at once.
    static let herd = RequestSigns(rawValue: 32)
    /// The cache did not have what the node had given out before.
    static let missedAgain = RequestSigns(rawValue: 64)
    /// A redirect for good that a cache kept: what it leads to has an end, and the cache asks nobody again.
    static let keptRedirect = RequestSigns(rawValue: 128)
    /// A full tile of a checksum database that has more or fewer bytes than such have.
    static let badTile = RequestSigns(rawValue: 256)
}

/// Finds them: the requests of each version are looked at in the order of time.
struct RequestSignSearch {
    /// What else a fetch that was given up may have become, after it.
    private static let retryNanos: UInt64 = 900_000_000_000
    private static let givenUpMicros: UInt32 = 9_700_000
    /// Caches may keep lists for so long (see the lag of lists).
    private static let staleNanos: UInt64 = 300_000_000_000
    static let herdMin = 5
    private static let keptNanos: UInt64 = 60_000_000_000

    /// By place among the rows of the data.
    private(set) var signs: [RequestSigns]
    /// How many rows have each bit.
    private(set) var all: RequestSigns = []
    private let rows: [IncidentRow]
    /// Archives and lists of a node whose sizes could be held against others', how many of them differ, and by how much.
    private var sizes: [UInt32: NodeSizes] = [:]

    private struct NodeSizes {
        var shared = 0
        var smaller = 0
        var larger = 0
        var differenceMax: UInt32 = 0
    }

    /// What differs by a header's worth at a node is how that node measures.
    private static let headerBytes: UInt32 = 4_096

    init(_ rows: [IncidentRow], moduleCount: Int) {
        self.rows = rows
        signs = [RequestSigns](repeating: [], count: rows.count)
        let ends = Self.ends(rows, moduleCount: moduleCount)
        for module in 1..<max(moduleCount, 1) {
            let first = ends.ends[module - 1]
            guard ends.ends[module] > first + 1 else { continue }
            let places = ends.places[first..<ends.ends[module]].sorted {
                (rows[Int($0)].start, $0) < (rows[Int($1)].start, $1)
            }
            lookAtTimes(places)
            lookAtCaches(places)
            lookAtSizes(places)
            lookForHerds(places)
        }
        lookAtFlags()
        dropMeasures()
        for sign in signs { all.formUnion(sign) }
    }

    /// Places of rows in the order of their modules, and where those of each end.
    private static func ends(_ rows: [IncidentRow], moduleCount: Int) -> (places: [UInt32], ends: [Int]) {
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

    /// What a request shows by itself, and hardly any does.
    private mutating func lookAtFlags() {
        /// By node: how many full tiles there are of each kind.
        var tiles: [UInt32: (good: Int, bad: Int, differenceMax: UInt32, isSmaller: Bool)] = [:]
        var bad: [Int] = []
        for (place, row) in rows.enumerated() {
            if row.flags.contains(.keptRedirect) { signs[place].insert(.keptRedirect) }
            guard row.moduleKind == .sumdbTile, row.bytes != .max else { continue }
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

    // MARK: Refusals and time-outs

    private mutating func lookAtTimes(_ places: [UInt32]) {
        /// By kind: when somebody was first given it.
        var given: [UInt8: UInt64] = [:]
        /// By node and kind: when it first refused it.
        var refused: [UInt64: UInt64] = [:]
        for place in places {
            let row = rows[Int(place)]
            guard row.moduleKind?.isImmutable == true else { continue }
            if row.ending == .ok {
                if given[row.kind] == nil { given[row.kind] = row.end }
            } else if row.isRefusal, !row.hasHop {
                let key = UInt64(row.node) << 8 | UInt64(row.kind)
                if let first = refused[key] {
                    if let time = given[row.kind], first < time, time &+ Self.keptNanos < row.start {
                        signs[Int(place)].insert(.keptRefusal)
                    }
                } else {
                    refused[key] = row.start
                }
            }
        }
        /// By kind, backwards: when somebody was given it next.
        var next: [UInt8: UInt64] = [:]
        for place in places.reversed() {
            let row = rows[Int(place)]
            if row.ending == .ok {
                next[row.kind] = row.start
            } else if row.ending == .timeout || row.ending == .aborted, row.micros >= Self.givenUpMicros,
                row.flags.contains(.isRequest), let time = next[row.kind], time < row.end &+ Self.retryNanos
            {
                signs[Int(place)].insert(.givenUpCold)
            }
        }
    }

    // MARK: Caches

    private mutating func lookAtCaches(_ places: [UInt32]) {
        var known: Set<UInt64> = []
        for place in places {
            let row = rows[Int(place)]
            guard row.moduleKind?.isImmutable == true, row.ending == .ok, row.result.isLookup else {
                continue
            }
            let isNew = known.insert(UInt64(row.node) << 8 | UInt64(row.kind)).inserted
            if !isNew, !row.result.isHit { signs[Int(place)].insert(.missedAgain) }
        }
    }

    // MARK: Sizes

    private mutating func lookAtSizes(_ places: [UInt32]) {
        var counts: [UInt32: Int] = [:]
        var largestList: UInt32 = 0
        var waiting = places[...]
        for place in places {
            let row = rows[Int(place)]
            guard row.ending == .ok, row.bytes != .max, !row.flags.contains(.clientSide) else { continue }
            if row.moduleKind == .zip { counts[row.bytes, default: 0] += 1 }
            guard row.moduleKind == .list else { continue }
            // What was served long enough before.
            while let first = waiting.first, rows[Int(first)].start &+ Self.staleNanos <= row.start {
                let earlier = rows[Int(first)]
                if earlier.moduleKind == .list, earlier.ending == .ok, earlier.bytes != .max {
                    largestList = max(largestList, earlier.bytes)
                }
                waiting.removeFirst()
            }
            guard largestList > 0 else { continue }
            note(row, against: largestList)
            if row.bytes < largestList { signs[Int(place)].insert(.staleList) }
        }
        guard let usual = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return }
        for place in places {
            let row = rows[Int(place)]
            guard row.moduleKind == .zip, row.ending == .ok, let count = counts[row.bytes],
                !row.flags.contains(.clientSide)
            else { continue }
            if counts.count > 1 || usual.value > 1 { note(row, against: usual.key) }
            guard row.bytes != usual.key else { continue }
            signs[Int(place)].insert(row.bytes < usual.key && count == 1 ? .cutShort : .otherSize)
        }
    }

    private mutating func note(_ row: IncidentRow, against usual: UInt32) {
        var node = sizes[row.node] ?? NodeSizes()
        node.shared += 1
        if row.bytes < usual { node.smaller += 1 }
        if row.bytes > usual { node.larger += 1 }
        let difference = row.bytes > usual ? row.bytes - usual : usual - row.bytes
        node.differenceMax = max(node.differenceMax, difference)
        sizes[row.node] = node
    }

    /// Nodes of which most sizes differ, always to the same side and by little, count headers with bodies, or answers that
    /// are compressed: they say nothing of what is in them.
    private mutating func dropMeasures() {
        var others: Set<UInt32> = []
        for (node, found) in sizes {
            let differing = max(found.smaller, found.larger)
            if 2 * differing > found.shared, min(found.smaller, found.larger) == 0,
                found.differenceMax <= Self.headerBytes
            {
                others.insert(node)
            }
        }
        guard !others.isEmpty else { return }
        for place in rows.indices where others.contains(rows[place].node) {
            signs[place].subtract([.otherSize, .cutShort, .staleList])
        }
    }

    // MARK: Herds

    private mutating func lookForHerds(_ places: [UInt32]) {
        guard places.count >= Self.herdMin else { return }
        var running: [UInt32] = []
        for place in places {
            let row = rows[Int(place)]
            guard let kind = row.moduleKind, kind.isImmutable, Symptom.isFetch(row, kind) else { continue }
            running.removeAll { rows[Int($0)].end <= row.start }
            running.append(place)
            guard running.count >= Self.herdMin else { continue }
            for place in running { signs[Int(place)].insert(.herd) }
        }
    }
}

extension IncidentRow {
    /// "Not found", and no probe.
    var isRefusal: Bool { ending == .notFound || ending == .gone }
}
