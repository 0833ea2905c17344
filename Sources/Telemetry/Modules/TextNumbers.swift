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

    mutating func number(_ bytes: ByteSpan) -> UInt32 { number(bytes, Key(bytes, 0..<bytes.count)) }

    private mutating func number(_ bytes: ByteSpan, _ key: Key) -> UInt32 {
        let mask = cells.count &- 1
        var place = Int(truncatingIfNeeded: key.hash) & mask
        while cells[place].number != 0 {
            if key.isOf(cells[place]) { return cells[place].number }
            place = (place &+ 1) & mask
        }
        table.append(bytes)
        let number = UInt32(table.count)
        cells[place] = Cell(hash: key.hash, more: key.more, number: number)
        if table.count * 2 > cells.count { grow() }
        return number
    }

    /// The numbers of many texts.
    ///
    /// The cells of one batch are read before any of them is looked at, so that the memory has all of them on their way at
    /// once; one by one, nine tenths of the time went into waiting for them.
    mutating func numbers(of texts: StringTable) -> [UInt32] {
        let bytes = texts.bytes.span
        var numbers = [UInt32](repeating: 0, count: texts.count)
        var keys = [Key](repeating: Key(), count: Self.batch)
        var found = [Cell](repeating: Cell(), count: Self.batch)
        var first = 0
        while first < texts.count {
            let end = min(first &+ Self.batch, texts.count)
            for entry in first..<end { keys[entry &- first] = Key(bytes, texts.range(entry)) }
            let mask = cells.count &- 1
            for place in 0..<(end &- first) {
                found[place] = cells[Int(truncatingIfNeeded: keys[place].hash) & mask]
            }
            for entry in first..<end {
                let key = keys[entry &- first]
                let cell = found[entry &- first]
                // Mostly it is known and where it belongs.
                let isKnown = cell.number != 0 && key.isOf(cell)
                numbers[entry] = isKnown ? cell.number : number(bytes.extracting(texts.range(entry)), key)
            }
            first = end
        }
        return numbers
    }

    private static let batch = 64

    private struct Key {
        var hash: UInt64 = 0
        var more: UInt32 = 0

        init() {}

        @inline(__always)
        init(_ bytes: ByteSpan, _ range: Range<Int>) {
            hash = TableHash.bytes(bytes, range, seed: 1)
            more = UInt32(truncatingIfNeeded: TableHash.bytes(bytes, range, seed: 2))
        }

        @inline(__always)
        func isOf(_ cell: Cell) -> Bool { cell.hash == hash && cell.more == more }
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
