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

    mutating func add(_ exchange: Exchange) {
        guard exchange.module != 0, exchange.moduleKind?.isImmutable == true,
            !exchange.flags.contains(.clientSide)
        else { return }
        let key = UInt64(exchange.node) << 32 | UInt64(exchange.module)
        switch exchange.httpStatus {
        case 200:
            // No answer is none.
            guard RequestOutcome(rawValue: exchange.outcome)?.isFailure != true else { return }
            if !firsts.add(exchange.end, key, keptMax: Self.keptMax) { isIncomplete = true }
        case 404, 410:
            // Who waited for another request has its answer, which may be of before.
            guard exchange.cacheResult != CacheResult.coalesced.rawValue else { return }
            if refusals.count < Self.keptMax {
                refusals.append(Refusal(key: key, start: exchange.start))
            } else {
                isIncomplete = true
            }
        default: break
        }
    }

    mutating func merge(_ other: VersionSightings) {
        other.firsts.forEach { key, end in _ = firsts.add(end, key, keptMax: .max) }
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

    /// - Returns: false where the key is a new one, and there are so many already
    mutating func add(_ value: UInt64, _ key: UInt64, keptMax: Int) -> Bool {
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

    /// Where a key is, or would be.
    @inline(__always)
    private func place(of key: UInt64) -> Int {
        let mask = cells.count &- 1
        var place = Int(truncatingIfNeeded: TableHash.words(key, 0)) & mask
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
