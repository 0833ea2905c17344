import OTLPModel

/// Numbers texts: 1, 2, 3 … in the order of their coming.
///
/// For millions of looks at texts that are known already, where each touch of memory that is not near costs more than
/// the rest: a look touches one cell. Texts are told apart by 96 bits of a hash whose words nobody outside knows, and
/// not compared; of a million texts two are taken for one with a likelihood of 10^-17.
struct TextNumbers: Sendable {
    private struct Cell {
        var hash: UInt64 = 0
        var more: UInt32 = 0
        /// 0 for a free cell.
        var number: UInt32 = 0
    }

    /// At most half of them are taken.
    private var cells = [Cell](repeating: Cell(), count: 64)
    private var table = StringTable()

    var count: Int { table.count }
    var byteCount: Int { table.memoryBytes + cells.count * MemoryLayout<Cell>.stride }

    /// The text of a number; nothing for 0.
    subscript(number: UInt32) -> ArraySlice<UInt8> { number > 0 ? table[Int(number) - 1] : [] }

    mutating func number(_ bytes: ByteSpan) -> UInt32 {
        let range = 0..<bytes.count
        let hash = TableHash.bytes(bytes, range, seed: 1)
        let more = UInt32(truncatingIfNeeded: TableHash.bytes(bytes, range, seed: 2))
        let mask = cells.count &- 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while cells[place].number != 0 {
            if cells[place].hash == hash, cells[place].more == more { return cells[place].number }
            place = (place &+ 1) & mask
        }
        table.append(bytes)
        let number = UInt32(table.count)
        cells[place] = Cell(hash: hash, more: more, number: number)
        if table.count * 2 > cells.count { grow() }
        return number
    }

    private mutating func grow() {
        var larger = [Cell](repeating: Cell(), count: cells.count * 2)
        let mask = larger.count - 1
        for cell in cells where cell.number != 0 {
            var place = Int(truncatingIfNeeded: cell.hash) & mask
            while larger[place].number != 0 { place = (place + 1) & mask }
            larger[place] = cell
        }
        cells = larger
    }
}
