/// Byte strings one after another: entry `i` is `bytes[offsets[i]..<offsets[i + 1]]`.
struct StringTable: Hashable, Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var offsets: [UInt32] = [0]

    init() {}

    /// Strings that lie one after another already.
    /// - Returns: nil when the lengths say more than there is
    init?(bytes: [UInt8], lengths: [UInt32]) {
        guard bytes.count <= Int(UInt32.max) else { return nil }
        var end: UInt64 = 0
        offsets.reserveCapacity(lengths.count + 1)
        for length in lengths {
            end &+= UInt64(length)
            offsets.append(UInt32(truncatingIfNeeded: end))
        }
        // Less than 2^32 lengths below 2^32: the sum does not overflow.
        guard end <= UInt64(bytes.count) else { return nil }
        self.bytes = bytes
    }

    var count: Int { offsets.count - 1 }

    var memoryBytes: Int { bytes.count + offsets.count * 4 }

    /// How much memory it holds, the room for more included.
    var heldBytes: Int { bytes.capacity + offsets.capacity * 4 }

    mutating func shrink() {
        bytes.shrink()
        offsets.shrink()
    }

    /// The place of an entry in `bytes`.
    @inline(__always)
    func range(_ entry: Int) -> Range<Int> { Int(offsets[entry])..<Int(offsets[entry &+ 1]) }

    subscript(entry: Int) -> ArraySlice<UInt8> { bytes[range(entry)] }

    /// An entry as text; what is not UTF-8 shows as U+FFFD.
    func text(_ entry: Int) -> String { String(decoding: self[entry], as: UTF8.self) }

    /// Whether another string still fits: offsets are 32 bits.
    func hasRoom(for count: Int) -> Bool { bytes.count + count <= Int(UInt32.max) }

    @inline(__always)
    mutating func append(_ value: ByteSpan) {
        bytes.append(value)
        offsets.append(UInt32(truncatingIfNeeded: bytes.count))
    }

    mutating func append(_ value: some Collection<UInt8>) {
        bytes.append(contentsOf: value)
        offsets.append(UInt32(truncatingIfNeeded: bytes.count))
    }

    mutating func reserve(entries: Int, bytes byteCount: Int) {
        offsets.reserveCapacity(offsets.count + entries)
        bytes.reserveCapacity(bytes.count + byteCount)
    }
}

/// Finds the entries of a `StringTable` by content.
struct StringIndex: Sendable {
    private var index = ProbeTable()

    mutating func removeAll(keepingCellsUpTo cellsMax: Int) {
        index.removeAll(keepingCellsUpTo: cellsMax)
    }

    /// The entry that holds some bytes, appended when there is none yet.
    mutating func intern(_ bytes: ByteSpan, into table: inout StringTable) -> UInt32 {
        let hash = TableHash.bytes(bytes, 0..<bytes.count, seed: 0)
        let known = index.find(hash) { entry in
            let own = table.range(entry)
            return own.count == bytes.count
                && bytes.equals(at: 0, table.bytes.span, at: own.lowerBound, count: own.count)
        }
        if let known { return UInt32(known) }
        index.insert(hash, index: table.count)
        table.append(bytes)
        return UInt32(table.count - 1)
    }
}
