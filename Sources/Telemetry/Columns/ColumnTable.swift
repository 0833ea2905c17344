/// The columns that spans had, found by key.
struct ColumnTable: Sendable {
    /// How many columns there may be, and with that in a batch: 1,024. A fleet of real emitters has some 50 to 200 keys, and a
    /// sender that invents keys must not make every segment carry them; the rest goes to the overflow.
    static let countMax = 1_024

    private(set) var keys: [ColumnKey] = []
    /// By column: the hash of its key.
    private(set) var hashes: [UInt64] = []
    /// The names again, one after another: what the hot path compares with.
    private var names = StringTable()
    private var types: [ValueType] = []
    /// By column: what an attribute with the key begins with where encoders write it, up to the tag of its value.
    /// Empty for a key that is empty or takes more than 127 bytes.
    private var prefixBytes: [UInt8] = []
    private var prefixEnds: [Int] = []
    private var index = ProbeTable(capacity: 64)
    private var whole: ColumnSet?

    /// With the fields alone, as every table begins.
    private static let fields = {
        var table = ColumnTable()
        // A copy has room for twice as many when it grows: enough for what most senders have.
        table.keys.reserveCapacity(48)
        table.hashes.reserveCapacity(48)
        table.types.reserveCapacity(48)
        table.names.reserve(entries: 48, bytes: 768)
        table.prefixBytes.reserveCapacity(768)
        table.prefixEnds.reserveCapacity(48)
        for key in FieldColumn.keys { table.append(key, hash: key.tableHash) }
        return table
    }()

    private init() {}

    /// A table with the fields alone.
    static func new() -> ColumnTable { fields }

    var count: Int { keys.count }

    /// All of them. Until there are more it is the same set every time.
    mutating func set() -> ColumnSet {
        if let whole, whole.count == count { return whole }
        let set = ColumnSet(keys: keys, hashes: hashes)
        whole = set
        return set
    }

    /// The fields and some of the others.
    func set(of columns: [UInt32]) -> ColumnSet {
        ColumnSet(
            keys: FieldColumn.keys + columns.map { keys[Int($0)] },
            hashes: FieldColumn.hashes + columns.map { hashes[Int($0)] })
    }

    /// What all names take together, in bytes.
    var nameBytes: Int { names.bytes.count }

    @inline(__always)
    func type(of column: UInt32) -> ValueType { types[Int(column)] }

    /// Whether a column is that of an attribute with this key and type.
    @inline(__always)
    func isAttribute(_ column: UInt32, _ type: ValueType, _ body: ByteSpan, _ key: Range<Int>) -> Bool {
        let own = names.range(Int(column))
        return types[Int(column)] == type && own.count == key.count
            && body.equals(at: key.lowerBound, names.bytes.span, at: own.lowerBound, count: key.count)
            && column >= FieldColumn.count
    }

    /// The place of a column's prefix.
    func prefix(_ column: UInt32) -> Range<Int> {
        (column == 0 ? 0 : prefixEnds[Int(column) - 1])..<prefixEnds[Int(column)]
    }

    /// Whether bytes begin with the prefix that lies at `prefix`.
    @inline(__always)
    func hasPrefix(_ prefix: Range<Int>, _ body: ByteSpan, at offset: Int) -> Bool {
        body.equals(at: offset, prefixBytes.span, at: prefix.lowerBound, count: prefix.count)
    }

    /// The column of an attribute, made when there is none yet; nil past the limit.
    @inline(never)
    mutating func attribute(_ type: ValueType, _ body: ByteSpan, _ key: Range<Int>) -> UInt32? {
        let hash = ColumnKey.tableHash(.attribute, type, body, key)
        if let column = index.find(hash, { isAttribute(UInt32($0), type, body, key) }) {
            return UInt32(column)
        }
        guard keys.count < Self.countMax else { return nil }
        let name = Array(body, key)
        // A key that is not UTF-8 is stored mended, under the hash of what was sent: two broken keys
        // that mend to the same text make two columns, which reading back makes one of.
        append(ColumnKey(role: .attribute, type: type, name: UTF8Text.mended(name)), hash: hash)
        index.insert(hash, index: keys.count - 1)
        return UInt32(keys.count - 1)
    }

    private mutating func append(_ key: ColumnKey, hash: UInt64) {
        keys.append(key)
        hashes.append(hash)
        names.append(key.name)
        types.append(key.type)
        if key.role == .attribute, (1...127).contains(key.name.count) {
            prefixBytes.append(1 << 3 | 2)
            prefixBytes.append(UInt8(key.name.count))
            prefixBytes += key.name
            prefixBytes.append(2 << 3 | 2)
        }
        prefixEnds.append(prefixBytes.count)
    }
}

extension [UInt8] {
    /// Copies a range of borrowed bytes.
    init(_ bytes: ByteSpan, _ range: Range<Int>) {
        self.init()
        reserveCapacity(range.count)
        append(bytes.extracting(range))
    }
}
