import OTLPModel

/// When nodes first served each version of a module, and when they last refused it.
struct VersionSightings: Sendable {
    /// How many pairs of node and version are kept in one worker.
    static let keptMax = 1 << 20

    private struct Refusal: Sendable {
        var key: UInt64
        var start: UInt64
    }

    /// By number of node and module: the end of the answer that ended first.
    private var firsts = LeastByKey()
    private var refusals: [Refusal] = []
    /// Whether some pairs were not kept.
    private(set) var isIncomplete = false

    mutating func add(_ group: ExchangeGroup) {
        var successes: [LeastByKey.Entry] = []
        for place in group.counted {
            if let success = success(group.exchanges[place]) { successes.append(success) }
        }
        if !firsts.add(successes, keptMax: Self.keptMax) { isIncomplete = true }
    }

    /// The answer that an exchange was; of a refusal nil, which is kept.
    private mutating func success(_ exchange: Exchange) -> LeastByKey.Entry? {
        guard exchange.module != 0, exchange.moduleKind?.isImmutable == true,
            !exchange.flags.contains(.clientSide)
        else { return nil }
        let key = UInt64(exchange.node) << 32 | UInt64(exchange.module)
        switch exchange.httpStatus {
        case 200:
            // No answer is none.
            guard RequestOutcome(rawValue: exchange.outcome)?.isFailure != true else { return nil }
            return (key, exchange.end)
        case 404, 410:
            // Who waited for another request has its answer, which may be of before.
            guard exchange.cacheResult != CacheResult.coalesced.rawValue else { return nil }
            if refusals.count < Self.keptMax {
                refusals.append(Refusal(key: key, start: exchange.start))
            } else {
                isIncomplete = true
            }
        default: break
        }
        return nil
    }

    mutating func merge(_ other: VersionSightings) {
        var successes: [LeastByKey.Entry] = []
        other.firsts.forEach { successes.append(($0, $1)) }
        _ = firsts.add(successes, keptMax: .max)
        refusals += other.refusals
        isIncomplete = isIncomplete || other.isIncomplete
    }

    /// Gives each number of node and module, and the end of the answer that ended first.
    func forEachSuccess(_ body: (_ key: UInt64, _ end: UInt64) -> Void) { firsts.forEach(body) }

    /// By node and module, in the order of time.
    func refusalStarts() -> [UInt64: [UInt64]] {
        var starts: [UInt64: [UInt64]] = [:]
        for refusal in refusals { starts[refusal.key, default: []].append(refusal.start) }
        return starts.mapValues { $0.sorted() }
    }
}

/// The least value of each key, of which none is 0: for millions of looks, each of which waits for memory once.
struct LeastByKey: Sendable {
    private struct Cell {
        /// 0 for a free cell.
        var key: UInt64 = 0
        var value: UInt64 = 0
    }

    /// At most half of them are taken.
    private var cells = [Cell](repeating: Cell(), count: 64)
    private(set) var count = 0

    typealias Entry = (key: UInt64, value: UInt64)

    private static let batch = 64

    /// Adds many: the cells of a batch are read before any of them is changed, so that the memory has all of them on their way
    /// at once.
    /// - Returns: false where some keys are new ones, and there are so many already
    mutating func add(_ entries: [Entry], keptMax: Int) -> Bool {
        var isComplete = true
        var homes = [Int?](repeating: nil, count: Self.batch)
        var first = 0
        while first < entries.count {
            let end = min(first + Self.batch, entries.count)
            for entry in first..<end {
                let home = home(of: entries[entry].key)
                homes[entry - first] = cells[home].key == entries[entry].key ? home : nil
            }
            for entry in first..<end {
                let (key, value) = entries[entry]
                if let home = homes[entry - first], cells[home].key == key {
                    if value < cells[home].value { cells[home].value = value }
                } else if !add(value, key, keptMax: keptMax) {
                    isComplete = false
                }
            }
            first = end
        }
        return isComplete
    }

    private mutating func add(_ value: UInt64, _ key: UInt64, keptMax: Int) -> Bool {
        let place = place(of: key)
        if cells[place].key == key {
            if value < cells[place].value { cells[place].value = value }
            return true
        }
        guard count < keptMax else { return false }
        cells[place] = Cell(key: key, value: value)
        count += 1
        if count * 2 > cells.count { grow() }
        return true
    }

    /// Where a key belongs.
    @inline(__always)
    private func home(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: TableHash.words(key, 0)) & (cells.count &- 1)
    }

    /// Where a key is, or would be.
    @inline(__always)
    private func place(of key: UInt64) -> Int {
        let mask = cells.count &- 1
        var place = home(of: key)
        while cells[place].key != 0, cells[place].key != key { place = (place &+ 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = cells
        cells = [Cell](repeating: Cell(), count: old.count * 2)
        for cell in old where cell.key != 0 { cells[place(of: cell.key)] = cell }
    }

    func forEach(_ body: (_ key: UInt64, _ value: UInt64) -> Void) {
        for cell in cells where cell.key != 0 { body(cell.key, cell.value) }
    }
}
