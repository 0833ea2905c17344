/// Many values, in blocks: growing copies none of them, and takes hardly more memory than they do.
struct BlockList<Element: Sendable>: Sendable, Sequence {
    static var blockCount: Int { 1_024 }

    private var full: [[Element]] = []
    private var last: [Element] = []

    var count: Int { full.reduce(last.count) { $0 + $1.count } }

    /// Inlined, so that a value is made where it stays: one that was written a byte at a time, and is copied a vector at a time
    /// at once, makes the processor wait until all of it has been written.
    @inline(__always)
    mutating func append(_ value: Element) {
        if last.count == Self.blockCount { startBlock() }
        last.append(value)
    }

    private mutating func startBlock() {
        full.append(last)
        last = []
        last.reserveCapacity(Self.blockCount)
    }

    /// Takes over the values of another list, in no order with its own.
    mutating func append(_ other: BlockList) {
        full += other.full
        if !other.last.isEmpty { full.append(other.last) }
    }

    /// Gives all values away, a block at a time; of each the memory is free as soon as the next one comes.
    mutating func drain(_ body: ([Element]) -> Void) {
        for index in full.indices {
            body(full[index])
            full[index] = []
        }
        body(last)
        self = BlockList()
    }

    func makeIterator() -> FlattenSequence<[[Element]]>.Iterator { (full + [last]).joined().makeIterator() }
}
