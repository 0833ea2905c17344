/// Spans in columns, in the order they were read: what a request body becomes, what the journal keeps
/// and what segments are built from.
///
/// The fields that every span has are arrays with one element a span. Attributes are `slots`, span
/// after span: a span's operation names a layout, the layout names the columns, and so each slot's
/// column and type are known without being stored. A slot of a dictionary column is an entry of
/// `dictionary`; any other is the value itself.
package struct SpanBatch: Sendable {
    // One element a span.
    var traceIndexes: [UInt32] = []
    /// First byte highest, as `SpanID.rawValue`.
    var spanIDs: [UInt64] = []
    /// 0 for a root.
    var parentIDs: [UInt64] = []
    /// Nanoseconds since the Unix epoch, as sent.
    var starts: [UInt64] = []
    var ends: [UInt64] = []
    var operationIndexes: [UInt32] = []
    var originIndexes: [UInt32] = []

    /// The values of all attributes and rarer fields, span after span.
    var slots: [UInt64] = []

    // What the elements refer to.
    var traces: [TraceID] = []
    var operations: [Operation] = []
    var layouts = LayoutTable()
    /// Spans need not use all of them.
    var columns = ColumnSet.fields
    var dictionary = ColumnDictionary()
    var origins: [Origin] = []
    /// Canonical `ResourceSpans` bytes without spans: the resource and its schema URL.
    var resources = StringTable()
    /// Canonical `ScopeSpans` bytes without spans: the scope and its schema URL.
    var scopes = StringTable()
    /// When and from where all of these spans came.
    package var arrival: Arrival

    package var spanCount: Int { spanIDs.count }

    init(arrival: Arrival) { self.arrival = arrival }

    /// What a batch may hold at the most, far above what a body of the default size can: one segment must be
    /// able to hold it whole. `SegmentView` and `Block` do not believe segments with more than about twice that.
    static let slotsMax = 1 << 25
    static let dictionaryBytesMax = 1 << 27
    static let spansMax = 1 << 22

    /// Whether a segment can hold the batch.
    var isStorable: Bool {
        slots.count <= Self.slotsMax && dictionary.strings.bytes.count <= Self.dictionaryBytesMax
            && spanCount <= Self.spansMax
    }
}

/// What spans of one kind of work have in common.
struct Operation: Hashable, Sendable {
    /// Entry of the dictionary, in the column `FieldColumn.name`.
    var name: UInt32
    var kind: Int32
    var status: Int32
    var flags: UInt32
    var layout: UInt32

    /// A hash for tables in memory.
    var tableHash: UInt64 {
        let kindAndStatus = UInt64(UInt32(bitPattern: kind)) << 32 | UInt64(UInt32(bitPattern: status))
        let hash = TableHash.words(UInt64(name) << 32 | UInt64(layout), kindAndStatus)
        return TableHash.words(hash, UInt64(flags))
    }
}

/// Who emitted a span: indexes into the resources and the scopes.
struct Origin: Hashable, Sendable {
    var resource: UInt32
    var scope: UInt32

    /// A hash for tables in memory.
    var tableHash: UInt64 {
        TableHash.words(UInt64(resource), UInt64(scope))
    }
}

/// Sequences of columns, one after another.
struct LayoutTable: Sendable {
    private(set) var columns: [UInt32] = []
    private(set) var offsets: [UInt32] = [0]

    var count: Int { offsets.count - 1 }

    /// How much memory it holds.
    var heldBytes: Int { (columns.capacity + offsets.capacity) * 4 }

    mutating func shrink() {
        columns.shrink()
        offsets.shrink()
    }

    /// The place of a layout in `columns`.
    @inline(__always)
    func range(_ layout: Int) -> Range<Int> { Int(offsets[layout])..<Int(offsets[layout &+ 1]) }

    subscript(layout: Int) -> ArraySlice<UInt32> { columns[range(layout)] }

    mutating func reserve(_ layouts: Int, columns count: Int) {
        columns.reserveCapacity(count)
        offsets.reserveCapacity(layouts + 1)
    }

    /// Appends a column to the sequence that `endSequence` ends.
    mutating func append(column: UInt32) { columns.append(column) }

    mutating func endSequence() { offsets.append(UInt32(columns.count)) }

    /// Gives every column another number.
    /// - Parameter numbers: the numbers by column
    mutating func renumberColumns(_ numbers: [UInt32]) {
        for position in columns.indices { columns[position] = numbers[Int(columns[position])] }
    }

    mutating func append(_ sequence: some Collection<UInt32>) {
        columns.append(contentsOf: sequence)
        offsets.append(UInt32(columns.count))
    }
}
