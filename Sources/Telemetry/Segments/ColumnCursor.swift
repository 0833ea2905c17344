/// Goes through those spans of a segment that have values in one column, and tells where in the column they are.
///
/// A column has the values of all spans, one behind the other in the order of the spans, and does not say whose they
/// are. The layout of a span's operation does: it names the column once for each value that the span has there. So
/// the place of a value is the number of values that spans before it have.
///
/// Of the column of a segment that `SegmentView` has read, all places exist: it has as many values as the layouts
/// say.
struct ColumnCursor: Sequence, IteratorProtocol {
    private struct Use {
        /// How many values a span of the operation has in the column.
        var count: Int
        /// Whether such a span is visited.
        var isVisited: Bool
    }

    private let operations: [UInt32]
    /// By operation.
    private let uses: [Use]
    private var row = 0
    private var place = 0

    /// - Parameters:
    ///   - operations: of the segment's spans
    ///   - columns: leaves out spans whose last value in these columns is in another one; nil for all spans
    init(_ column: Int, lastAmong columns: [Int]? = nil, _ tables: SegmentTables, _ operations: [UInt32]) {
        self.operations = operations
        uses = tables.operations.map { operation in
            let layout = tables.layouts[Int(operation.layout)]
            let isLast = columns.map { columns in
                layout.last { columns.contains(Int($0)) } == UInt32(column)
            }
            return Use(count: layout.count { $0 == UInt32(column) }, isVisited: isLast ?? true)
        }
    }

    /// The next span that has values, and their places: more than one where it repeats a key.
    @inline(__always)
    mutating func next() -> (row: Int, places: Range<Int>)? {
        while row < operations.count {
            let use = uses[Int(operations[row])]
            row &+= 1
            guard use.count > 0 else { continue }
            place &+= use.count
            if use.isVisited { return (row &- 1, place &- use.count..<place) }
        }
        return nil
    }

    /// Gives each span that is visited the last of its values: the same as going through them from outside, and without a
    /// branch for each of millions of spans, of which nobody could say which way it goes.
    /// - Parameters:
    ///   - values: of the column, in order; one at least
    ///   - first: is added to each
    ///   - codes: by span
    func spread(_ values: [UInt32], plus first: UInt32, over codes: inout [UInt32]) {
        // By operation: how many values its spans have, and all bits where they are visited.
        let uses = uses.map { use in
            (count: use.count, mask: use.isVisited && use.count > 0 ? UInt32.max : 0)
        }
        var target = codes.mutableSpan
        let (values, operations, ofOperation) = (values.span, operations.span, uses.span)
        var place = 0
        for row in operations.indices {
            let use = ofOperation[Int(operations[row])]
            place &+= use.count
            // Before the first value, it is that one that is not taken.
            let code = values[Swift.max(place &- 1, 0)] &+ first
            target[row] = code & use.mask | target[row] & ~use.mask
        }
    }
}
