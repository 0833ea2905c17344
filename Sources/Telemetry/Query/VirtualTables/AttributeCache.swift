/// The attribute columns that a statement uses, kept while it runs: after a sort, SQL asks for values in any
/// order.
struct AttributeCache {
    /// Whose attribute it is.
    enum Origin {
        case span
        case resource
    }

    private struct Key {
        var name: [UInt8]
        var origin: Origin
        /// The part that was asked for last, and its column.
        var current: (part: Int, column: AttributeColumn)?
        var columns: [Int: AttributeColumn] = [:]
    }

    private var keys: [Key] = []
    private var bytes = 0
    /// The columns in the order in which they came.
    private var order: [(key: Int, part: Int)] = []

    /// Enough for some attributes of 10 M spans.
    private static let bytesMax = 256 << 20
    /// A statement names its keys; one that computes them could name any number.
    private static let keysMax = 64

    func key(_ number: Int) -> [UInt8] { keys[number].name }

    /// The number of a key, given when it is first seen.
    mutating func number(of name: ByteSpan, _ origin: Origin) -> Int {
        for index in keys.indices where keys[index].origin == origin {
            let own = keys[index].name
            guard own.count == name.count, name.equals(at: 0, own.span, at: 0, count: own.count) else {
                continue
            }
            return index
        }
        if keys.count == Self.keysMax { self = AttributeCache() }
        keys.append(Key(name: Array(name, 0..<name.count), origin: origin))
        return keys.count - 1
    }

    mutating func column(_ key: Int, part: Int) -> AttributeColumn? {
        if let current = keys[key].current, current.part == part { return current.column }
        guard let known = keys[key].columns[part] else { return nil }
        keys[key].current = (part, known)
        return known
    }

    mutating func insert(_ column: AttributeColumn, _ key: Int, part: Int) {
        keys[key].current = (part, column)
        keys[key].columns[part] = column
        order.append((key, part))
        bytes += column.memoryBytes
        var dropped = 0
        while bytes > Self.bytesMax, dropped < order.count - 1 {
            let (key, part) = order[dropped]
            bytes -= keys[key].columns.removeValue(forKey: part)?.memoryBytes ?? 0
            dropped += 1
        }
        order.removeFirst(dropped)
    }
}
