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

    /// About how much memory the batch takes.
    var memoryBytes: Int {
        slots.count * 8 + spanCount * 44 + dictionary.strings.bytes.count + dictionary.count * 24
            + traces.count * 16 + operations.count * 24 + layouts.columns.count * 4 + origins.count * 8
            + resources.memoryBytes + scopes.memoryBytes
    }

    /// How much memory the batch holds: arrays have room beyond what is in them, up to as much again.
    var heldBytes: Int {
        let bySpan =
            traceIndexes.capacity * 4 + spanIDs.capacity * 8 + parentIDs.capacity * 8 + starts.capacity * 8
            + ends.capacity * 8 + operationIndexes.capacity * 4 + originIndexes.capacity * 4
        return bySpan + slots.capacity * 8 + traces.capacity * 16 + operations.capacity * 20
            + layouts.heldBytes + dictionary.heldBytes + origins.capacity * 8 + resources.heldBytes
            + scopes.heldBytes
    }

    /// Lets go of the room in its arrays, for a batch that became much smaller than its body made one expect.
    mutating func shrink() {
        traceIndexes.shrink()
        spanIDs.shrink()
        parentIDs.shrink()
        starts.shrink()
        ends.shrink()
        operationIndexes.shrink()
        originIndexes.shrink()
        slots.shrink()
        traces.shrink()
        operations.shrink()
        layouts.shrink()
        dictionary.shrink()
        origins.shrink()
        resources.shrink()
        scopes.shrink()
    }

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

extension Array {
    /// Moves the elements to where there is room for no more than them.
    mutating func shrink() {
        guard capacity > count else { return }
        var exact: [Element] = []
        exact.reserveCapacity(count)
        exact.append(contentsOf: self)
        self = exact
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
