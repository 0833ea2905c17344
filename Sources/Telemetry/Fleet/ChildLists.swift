/// The children of each span of a segment, in the order of their rows.
struct ChildLists {
    private let firstChild: [Int32]
    private let nextSibling: [Int32]

    /// - Parameter parents: by row, the row of the parent; -1 without one
    init(_ parents: [Int32]) {
        var first = [Int32](repeating: -1, count: parents.count)
        var next = [Int32](repeating: -1, count: parents.count)
        var firstSpan = first.mutableSpan
        var nextSpan = next.mutableSpan
        let parents = parents.span
        // Backwards, so that the lists are in the order of the rows.
        for row in (0..<parents.count).reversed() where parents[row] >= 0 {
            nextSpan[row] = firstSpan[Int(parents[row])]
            firstSpan[Int(parents[row])] = Int32(row)
        }
        firstChild = first
        nextSibling = next
    }

    @inline(__always)
    func isEmpty(_ row: Int) -> Bool { firstChild[row] < 0 }

    /// The rows of a span's children.
    @inline(__always)
    subscript(row: Int) -> Children { Children(at: firstChild[row], nextSibling: nextSibling) }

    struct Children: Sequence, IteratorProtocol {
        fileprivate var at: Int32
        fileprivate let nextSibling: [Int32]

        @inline(__always)
        mutating func next() -> Int? {
            guard at >= 0 else { return nil }
            defer { at = nextSibling[Int(at)] }
            return Int(at)
        }
    }
}
