/// The distinct values of all dictionary columns of a batch: an entry is a byte string together with
/// the column that it belongs to.
struct ColumnDictionary: Sendable {
    private(set) var strings = StringTable()
    /// The column of each entry.
    private(set) var columns: [UInt32] = []
    private var index = ProbeTable(capacity: 256)
    /// How many strings came that were not UTF-8 and were mended.
    private(set) var mendedCount = 0

    var count: Int { columns.count }

    /// The entry of a value in a column, made when there is none yet.
    @inline(__always)
    mutating func intern(_ value: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        let hash = TableHash.bytes(value, range, seed: UInt64(column))
        if let entry = find(value, range, column: column, hash: hash) { return UInt32(entry) }
        return add(value.extracting(range), column: column, hash: hash)
    }

    /// The same for a string: what is new is checked to be UTF-8, and mended where it is not.
    @inline(__always)
    mutating func internText(_ value: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        let hash = TableHash.bytes(value, range, seed: UInt64(column))
        if let entry = find(value, range, column: column, hash: hash) { return UInt32(entry) }
        return addText(value.extracting(range), column: column, hash: hash)
    }

    @inline(never)
    private mutating func addText(_ value: ByteSpan, column: UInt32, hash: UInt64) -> UInt32 {
        if UTF8Text.isValid(value) { return add(value, column: column, hash: hash) }
        let mended = UTF8Text.mended(Array(value, 0..<value.count))
        mendedCount += 1
        return intern(mended.span, 0..<mended.count, column: column)
    }

    @inline(__always)
    private func find(_ value: ByteSpan, _ range: Range<Int>, column: UInt32, hash: UInt64) -> Int? {
        index.find(hash) { entry in
            columns[entry] == column && isEqual(entry, value, range)
        }
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
    private mutating func add(_ value: ByteSpan, column: UInt32, hash: UInt64) -> UInt32 {
        let entry = count
        strings.append(value)
        columns.append(column)
        index.insert(hash, index: entry)
        return UInt32(entry)
    }

    /// Appends an entry as it stands, without making it findable: for a dictionary that is read back.
    mutating func append(_ value: ByteSpan, column: UInt32) {
        strings.append(value)
        columns.append(column)
    }

    mutating func reserve(entries: Int, bytes: Int) {
        strings.reserve(entries: entries, bytes: bytes)
        columns.reserveCapacity(entries)
    }
}
