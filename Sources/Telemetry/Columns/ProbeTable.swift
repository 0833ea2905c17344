/// An open-addressing hash index over entries that somebody else keeps in an array: it maps a hash and
/// an equality test to the entry's index.
///
/// A cell holds the upper half of the hash beside the index, so that most misses cost no look at the
/// entry. At most half of the cells are taken.
struct ProbeTable: Sendable {
    /// Upper 32 bits: those of the hash; lower 32 bits: index + 1, or 0 for a free cell.
    private var cells: [UInt64]
    private(set) var count = 0

    init(capacity: Int = 16) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        cells = [UInt64](repeating: 0, count: size)
    }

    /// An empty table that takes no memory before it is added to.
    static let shared = ProbeTable()

    /// Forgets all entries, and keeps the memory unless that is more than so many cells.
    mutating func removeAll(keepingCellsUpTo cellsMax: Int) {
        guard count > 0 else { return }
        count = 0
        guard cells.count <= cellsMax else {
            self = .shared
            return
        }
        for cell in cells.indices { cells[cell] = 0 }
    }

    /// The index of the entry with that hash for which `isEqual` holds.
    @inline(__always)
    func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int? {
        let upper = hash >> 32
        let cells = cells.span
        let mask = cells.count &- 1
        var position = Int(upper) & mask
        while true {
            let cell = cells[position]
            if cell == 0 { return nil }
            if cell >> 32 == upper {
                let index = Int(cell & 0xffff_ffff) &- 1
                if isEqual(index) { return index }
            }
            position = (position &+ 1) & mask
        }
    }

    /// The entry that the first look at a hash meets, if it may be the one; nil where that takes more looks, or there is none.
    ///
    /// For batches: all of these looks are made before any entry is compared, so that the memory has all of them on their way
    /// at once.
    @inline(__always)
    func candidate(_ hash: UInt64) -> Int? {
        let upper = hash >> 32
        let cell = cells[Int(upper) & (cells.count &- 1)]
        return cell != 0 && cell >> 32 == upper ? Int(cell & 0xffff_ffff) &- 1 : nil
    }

    /// Adds an entry that `find` did not find.
    @inline(__always)
    mutating func insert(_ hash: UInt64, index: Int) {
        if (count &+ 1) &* 2 > cells.count { grow() }
        place((hash & ~0xffff_ffff) | UInt64(index &+ 1))
        count &+= 1
    }

    private mutating func place(_ cell: UInt64) {
        let mask = cells.count &- 1
        var position = Int(cell >> 32) & mask
        while cells[position] != 0 { position = (position &+ 1) & mask }
        cells[position] = cell
    }

    private mutating func grow() {
        let old = cells
        cells = [UInt64](repeating: 0, count: old.count * 2)
        for cell in old where cell != 0 { place(cell) }
    }
}
