/// The distinct values of all dictionary columns of a batch: an entry is a byte string together with
/// the column that it belongs to.
struct ColumnDictionary: Sendable {
    private(set) var strings = StringTable()
    /// The column of each entry.
    private(set) var columns: [UInt32] = []
    /// By entry: a hash of its bytes, so that they need not be hashed again where batches are merged.
    private(set) var hashes: [UInt32] = []
    private var index: ProbeTable
    /// How many strings came that were not UTF-8 and were mended.
    private(set) var mendedCount = 0

    var count: Int { columns.count }

    /// How much memory it holds without the table that finds entries.
    var heldBytes: Int { strings.heldBytes + (columns.capacity + hashes.capacity) * 4 }

    mutating func shrink() {
        strings.shrink()
        columns.shrink()
        hashes.shrink()
    }

    /// - Parameter capacity: how many entries there may be before the table that finds them has to grow
    init(capacity: Int) { index = ProbeTable(capacity: capacity) }

    /// - Parameter index: an empty table to find entries with
    init(index: consuming ProbeTable = .shared) { self.index = index }

    /// Takes the table that finds entries from a dictionary that is complete. Its entries are not found any more.
    mutating func takeIndex() -> ProbeTable {
        let taken = index
        index = .shared
        return taken
    }

    /// Gives every entry's column another number.
    /// - Parameter numbers: the numbers by column
    mutating func renumberColumns(_ numbers: [UInt32]) {
        for entry in columns.indices { columns[entry] = numbers[Int(columns[entry])] }
    }

    /// The entry of a value in a column, made when there is none yet.
    @inline(__always)
    mutating func intern(_ value: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        intern(value, range, column: column, hash: Self.hash(value, range))
    }

    /// The same for bytes whose hash is known.
    @inline(__always)
    mutating func intern(_ value: ByteSpan, _ range: Range<Int>, column: UInt32, hash: UInt32) -> UInt32 {
        if let entry = find(value, range, column: column, hash: hash) { return UInt32(entry) }
        return add(value.extracting(range), column: column, hash: hash)
    }

    @inline(__always)
    static func hash(_ value: ByteSpan, _ range: Range<Int>) -> UInt32 {
        UInt32(truncatingIfNeeded: TableHash.bytes(value, range, seed: 0) &>> 32)
    }

    /// The hash of an entry, whose upper half the table compares. Equal bytes have equal hashes, and as the factor is odd
    /// those of different columns become different: where hash and bytes agree, the column does.
    @inline(__always)
    private static func entryHash(_ hash: UInt32, column: UInt32) -> UInt64 {
        UInt64(hash ^ column &* 0x9e37_79b1) &<< 32
    }

    /// The same for a string: what is new is checked to be UTF-8, and mended where it is not.
    @inline(__always)
    mutating func internText(_ value: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        let hash = Self.hash(value, range)
        if let entry = find(value, range, column: column, hash: hash) { return UInt32(entry) }
        return addText(value.extracting(range), column: column, hash: hash)
    }

    @inline(never)
    private mutating func addText(_ value: ByteSpan, column: UInt32, hash: UInt32) -> UInt32 {
        if UTF8Text.isValid(value) { return add(value, column: column, hash: hash) }
        let mended = UTF8Text.mended(Array(value, 0..<value.count))
        mendedCount += 1
        return intern(mended.span, 0..<mended.count, column: column)
    }

    @inline(__always)
    private func find(_ value: ByteSpan, _ range: Range<Int>, column: UInt32, hash: UInt32) -> Int? {
        index.find(Self.entryHash(hash, column: column)) { isEqual($0, value, range) }
    }

    /// Whether an entry holds exactly the bytes of `range`.
    @inline(__always)
    func isEqual(_ entry: Int, _ value: ByteSpan, _ range: Range<Int>) -> Bool {
        let own = strings.range(entry)
        return own.count == range.count
            && value.equals(
                at: range.lowerBound, strings.bytes.span, at: own.lowerBound, count: range.count)
    }

    @inline(never)
    private mutating func add(_ value: ByteSpan, column: UInt32, hash: UInt32) -> UInt32 {
        let entry = count
        strings.append(value)
        columns.append(column)
        hashes.append(hash)
        index.insert(Self.entryHash(hash, column: column), index: entry)
        return UInt32(entry)
    }

    /// Appends an entry as it stands, without making it findable: for a dictionary that is read back.
    mutating func append(_ value: ByteSpan, column: UInt32) {
        strings.append(value)
        columns.append(column)
        hashes.append(Self.hash(value, 0..<value.count))
    }

    mutating func reserve(entries: Int, bytes: Int) {
        strings.reserve(entries: entries, bytes: bytes)
        columns.reserveCapacity(entries)
        hashes.reserveCapacity(entries)
    }

    /// Puts other bytes in the place of entries, for a dictionary that is complete. Two entries of a column may then be
    /// equal: whoever merges dictionaries makes one of them.
    ///
    /// - Parameters:
    ///   - sign: The first place in a range from which on there may be something to replace; its end when there is none.
    ///   - replacement: Of an entry with a sign; nil when it stays.
    /// - Returns: how many were replaced
    mutating func replaceEntries(
        where sign: (ByteSpan, Range<Int>) -> Int,
        _ replacement: (_ column: UInt32, _ bytes: [UInt8]) -> [UInt8]?
    ) -> Int {
        let changes = strings.changes(where: sign) { replacement(columns[$0], Array(strings[$0])) }
        strings.replace(changes)
        for (entry, bytes) in changes { hashes[entry] = Self.hash(bytes.span, bytes.indices) }
        return changes.count
    }
}
