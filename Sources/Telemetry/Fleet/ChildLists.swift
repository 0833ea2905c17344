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

    func isEmpty(_ row: Int) -> Bool { firstChild[row] < 0 }

    /// The rows of a span's children.
    subscript(row: Int) -> UnfoldSequence<Int, Int32> {
        sequence(state: firstChild[row]) { [nextSibling] next in
            guard next >= 0 else { return nil }
            defer { next = nextSibling[Int(next)] }
            return Int(next)
        }
    }
}
