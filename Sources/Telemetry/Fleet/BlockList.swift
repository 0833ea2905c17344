/// Many values, in blocks: growing copies none of them, and takes hardly more memory than they do.
struct BlockList<Element: Sendable>: Sendable, Sequence {
    static var blockCount: Int { 1_024 }

    private var full: [[Element]] = []
    private var last: [Element] = []

    var count: Int { full.reduce(last.count) { $0 + $1.count } }

    mutating func append(_ value: Element) {
        if last.count == Self.blockCount {
            full.append(last)
            last = []
            last.reserveCapacity(Self.blockCount)
        }
        last.append(value)
    }

    /// Takes over the values of another list, in no order with its own.
    mutating func append(_ other: BlockList) {
        full += other.full
        if !other.last.isEmpty { full.append(other.last) }
    }

    /// All values, and none here any more: each block is given back as it has been copied.
    mutating func takeAll() -> [Element] {
        var values: [Element] = []
        values.reserveCapacity(count)
        for index in full.indices {
            values += full[index]
            full[index] = []
        }
        values += last
        self = BlockList()
        return values
    }

    func makeIterator() -> FlattenSequence<[[Element]]>.Iterator { (full + [last]).joined().makeIterator() }
}
