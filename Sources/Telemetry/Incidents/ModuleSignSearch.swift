/// Finds the signs of the requests of some versions, one version after the other.
struct ModuleSignSearch {
    struct Finding: Sendable {
        /// By place of the row; of those that have some.
        var signs: [(place: UInt32, signs: RequestSigns)] = []
        var sizes: [UInt32: NodeSizes] = [:]
    }

    /// What else a fetch that was given up may have become, after it.
    private static let retryNanos: UInt64 = 900_000_000_000
    private static let givenUpMicros: UInt32 = 9_700_000
    /// Caches may keep lists for so long (see the lag of lists).
    private static let staleNanos: UInt64 = 300_000_000_000
    static let herdMin = 5
    private static let keptNanos: UInt64 = 60_000_000_000
    /// Numbers of kinds lie below it.
    private static let kindCount = 32

    private(set) var finding = Finding()
    /// Of the version that is looked at, in the order of time.
    private var rows: [IncidentRow] = []
    private var signs: [RequestSigns] = []
    /// By node and kind: the last version that it gave out, by the count of versions, and when it had first done so.
    private var given: [(version: UInt32, end: UInt64)]
    private var version: UInt32 = 0

    init(nodeCount: Int) {
        given = [(version: UInt32, end: UInt64)](repeating: (0, 0), count: nodeCount * Self.kindCount)
    }

    /// - Parameter places: of the rows of one version
    mutating func look(at places: ArraySlice<UInt32>, of all: [IncidentRow]) {
        let order = places.map { (start: all[Int($0)].start, place: $0) }.sorted {
            ($0.start, $0.place) < ($1.start, $1.place)
        }
        rows.removeAll(keepingCapacity: true)
        for one in order { rows.append(all[Int(one.place)]) }
        signs.removeAll(keepingCapacity: true)
        for _ in order { signs.append([]) }
        version += 1
        lookAtRefusals()
        lookAtAborts()
        lookAtCaches()
        lookAtLists()
        lookAtArchives()
        lookForHerds()
        for (index, one) in order.enumerated() where !signs[index].isEmpty {
            finding.signs.append((one.place, signs[index]))
        }
    }

    // MARK: Refusals and time-outs

    private mutating func lookAtRefusals() {
        // Hardly any version has some.
        guard rows.contains(where: \.isRefusal) else { return }
        /// By kind: when somebody was first given it.
        var given = [UInt64?](repeating: nil, count: Self.kindCount)
        /// By node and kind: when it first refused it, and when it last asked somebody else for it and was refused.
        var refused: [UInt64: (first: UInt64, asked: UInt64)] = [:]
        /// By node and kind: when it first had given it out.
        var givenOut: [UInt64: UInt64] = [:]
        for (index, row) in rows.enumerated() where row.moduleKind?.isImmutable == true {
            let key = UInt64(row.node) << 8 | UInt64(row.kind)
            if row.ending == .ok {
                if given[Int(row.kind)] == nil { given[Int(row.kind)] = row.end }
                givenOut[key] = min(givenOut[key] ?? .max, row.end)
            } else if row.isRefusal, let kind = row.moduleKind {
                if let time = givenOut[key], time <= row.start, !row.flags.contains(.clientSide) {
                    signs[index].insert(.withdrawn)
                }
                let hasAsked = row.hasHop || Symptom.isFetch(row, kind)
                let known = refused[key]
                if let known, let time = given[Int(row.kind)], known.first < time, !row.hasHop {
                    // What was refused anew is not there yet for whoever was asked: it comes to one later than to
                    // another one. After as long as lists may differ, that one keeps it.
                    let isKept =
                        hasAsked
                        ? time &+ Self.staleNanos < row.start
                        : max(time, known.asked) &+ Self.keptNanos < row.start
                    if isKept { signs[index].insert(.keptRefusal) }
                }
                refused[key] = (known?.first ?? row.start, hasAsked ? row.start : known?.asked ?? row.start)
            }
        }
    }

    private mutating func lookAtAborts() {
        /// By kind, backwards: when somebody was given it next.
        var next = [UInt64?](repeating: nil, count: Self.kindCount)
        for index in rows.indices.reversed() where rows[index].moduleKind?.isImmutable == true {
            let row = rows[index]
            if row.ending == .ok {
                next[Int(row.kind)] = row.start
            } else if row.ending == .timeout || row.ending == .aborted, row.micros >= Self.givenUpMicros,
                row.flags.contains(.isRequest), let time = next[Int(row.kind)],
                time < row.end &+ Self.retryNanos
            {
                signs[index].insert(.givenUpCold)
            }
        }
    }

    // MARK: Caches

    private mutating func lookAtCaches() {
        for (index, row) in rows.enumerated() {
            guard row.moduleKind?.isImmutable == true, row.ending == .ok, row.result.isLookup else {
                continue
            }
            let place = Int(row.node) * Self.kindCount + Int(row.kind)
            guard given[place].version == version else {
                given[place] = (version, row.end)
                continue
            }
            // What asks while the first one is fetched cannot have it from the cache.
            if given[place].end <= row.start {
                signs[index].insert(row.result.isHit ? .hitAgain : .missedAgain)
            }
            given[place].end = min(given[place].end, row.end)
        }
    }

    // MARK: Sizes

    private static func saysSize(_ row: IncidentRow, of kind: ModuleKind) -> Bool {
        row.kind == kind.rawValue && row.ending == .ok && row.saysSize
    }

    private mutating func lookAtLists() {
        var largest: UInt32 = 0
        // By node: what it gave out last, and whether that was less than before.
        var last: [UInt32: UInt32] = [:]
        // What was served long enough before lies in front of it.
        var waiting = 0
        for (index, row) in rows.enumerated()
        where Self.saysSize(row, of: .list) && !row.flags.contains(.clientSide) {
            while waiting < rows.count, rows[waiting].start &+ Self.staleNanos <= row.start {
                if Self.saysSize(rows[waiting], of: .list) { largest = max(largest, rows[waiting].bytes) }
                waiting += 1
            }
            if let before = last.updateValue(row.bytes, forKey: row.node), row.bytes < before {
                finding.sizes[row.node, default: NodeSizes()].falls += 1
            }
            guard largest > 0 else { continue }
            note(row, against: largest)
            if row.bytes < largest { signs[index].insert(.staleList) }
        }
    }

    private mutating func lookAtArchives() {
        let archives = rows.indices.filter {
            Self.saysSize(rows[$0], of: .zip) && !rows[$0].flags.contains(.clientSide)
        }
        guard let first = archives.first else { return }
        let isOneSize = archives.allSatisfy { rows[$0].bytes == rows[first].bytes }
        if isOneSize, archives.count == 1 { return }
        var counts: [UInt32: (all: Int, first: Int)] = [:]
        if isOneSize {
            counts[rows[first].bytes] = (archives.count, 0)
        } else {
            for index in archives {
                let known = counts[rows[index].bytes] ?? (0, 0)
                counts[rows[index].bytes] = (known.all + 1, known.first + (rows[index].hasHop ? 0 : 1))
            }
        }
        // Of as many the one that those say who had it from its source: who passes it on cannot have got more.
        let usual = counts.max {
            ($0.value.all, $0.value.first, $0.key) < ($1.value.all, $1.value.first, $1.key)
        }
        guard let usual else { return }
        for index in archives {
            let bytes = rows[index].bytes
            note(rows[index], against: usual.key)
            guard bytes != usual.key else { continue }
            signs[index].insert(bytes < usual.key && counts[bytes]?.all == 1 ? .cutShort : .otherSize)
        }
    }

    private mutating func note(_ row: IncidentRow, against usual: UInt32) {
        var node = NodeSizes(shared: 1)
        if row.bytes < usual { node.smaller = 1 }
        if row.bytes > usual { node.larger = 1 }
        node.differenceMax = row.bytes > usual ? row.bytes - usual : usual - row.bytes
        finding.sizes[row.node] = (finding.sizes[row.node] ?? NodeSizes()) + node
    }

    // MARK: Herds

    private mutating func lookForHerds() {
        guard rows.count >= Self.herdMin else { return }
        var running: [Int] = []
        for (index, row) in rows.enumerated() {
            guard let kind = row.moduleKind, kind.isImmutable, Symptom.isFetch(row, kind) else { continue }
            running.removeAll { rows[$0].end <= row.start }
            running.append(index)
            guard running.count >= Self.herdMin else { continue }
            for place in running { signs[place].insert(.herd) }
        }
    }
}
