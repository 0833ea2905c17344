import OTLPModel

/// Makes a `SpanBatch` of spans that come one after another. Both decoders write through it, so that
/// they differ in reading only.
///
/// Order of calls: `setResource` and `setScope`, then for each span `beginSpan`, at most one `setName`, the attributes in
/// their order, and `endSpan` or `abandonSpan`. All bytes are borrowed and copied when they are new.
struct SpanBatchBuilder: ~Copyable {
    /// How many attributes of one span get columns: 1,024, eight times what SDKs let through. The rest
    /// of that span's attributes goes to the overflow, whole and in order.
    static let layoutLengthMax = 1_024

    /// How many operations a request has room for at once, and the columns of their layouts: what most of them have.
    private static let operationsExpected = 32
    private static let layoutColumnsExpected = 256

    /// 4 KiB: what a batch of a few spans has set aside.
    private static let spareBytesMax = 4 << 10

    var batch: SpanBatch
    var shapes: SpanShapes
    /// Whether an attribute had no column because of those that requests before this one had.
    private(set) var lacksColumns = false
    private let startsNew: Bool

    private var resource: UInt32 = 0
    private var origin: UInt32 = 0

    // The span that is being read.
    private var slotsBefore = 0
    var node = LayoutTrie.root
    private var name: UInt32 = LayoutTrie.none
    /// Where in `paths` the sequence of the last span of this name goes on, or -1.
    var prediction = -1
    /// Canonical `KeyValueList` bytes.
    var overflow = ProtobufWriter()
    private var isOverflowing = false
    /// Attributes in `overflow`.
    var overflowCount = 0
    /// Attributes that were too many for a span.
    var droppedAttributes: UInt64 = 0
    /// Whether anything of any span was left out because it was too much.
    var hasCut = false

    /// Those that are asked for with each attribute stand beside the rest: reading them must not touch the counts of
    /// references in it.
    let limits: DecodeLimits
    let attributesMax: Int
    let valueBytesMax: Int
    /// What is no longer than this is not too long even where it is no UTF-8, and each byte becomes three.
    private let safeBytesMax: Int
    private let spansMax: Int
    /// Whether there are as many spans as a request may carry.
    var isFull: Bool { batch.spanCount >= spansMax }

    /// - Parameter shapes: of requests before, as `finish` gave them back
    init(
        arrival: Arrival, shapes: consuming SpanShapes = SpanShapes(), limits: DecodeLimits = DecodeLimits()
    ) {
        self.limits = limits
        attributesMax = limits.attributesMax
        valueBytesMax = limits.valueBytesMax
        safeBytesMax = limits.valueBytesMax / 3
        spansMax = limits.spansMax
        startsNew = shapes.isNew
        batch = SpanBatch(arrival: arrival)
        batch.dictionary = ColumnDictionary(index: shapes.tables.takeEntryIndex())
        self.shapes = shapes
    }

    /// About how much memory all of it takes: arrays grow by doubling, and what finds things in them is as large again.
    var memoryBytes: Int { 2 * (batch.memoryBytes + shapes.memoryBytes) }

    /// Makes room for about as many spans as a body of that size holds.
    mutating func reserve(bodyBytes: Int) {
        // 400 bytes a span, and an eighth of the body for what differs: what is reserved stays with the batch.
        let spans = min(bodyBytes / 400 + 1, 65_536)
        batch.traceIndexes.reserveCapacity(spans)
        batch.spanIDs.reserveCapacity(spans)
        batch.parentIDs.reserveCapacity(spans)
        batch.starts.reserveCapacity(spans)
        batch.ends.reserveCapacity(spans)
        batch.operationIndexes.reserveCapacity(spans)
        batch.originIndexes.reserveCapacity(spans)
        batch.slots.reserveCapacity(spans * 12)
        batch.dictionary.reserve(entries: spans * 2, bytes: min(bodyBytes / 8, 1 << 20))
        batch.traces.reserveCapacity(spans / 4)
        batch.operations.reserveCapacity(Self.operationsExpected)
        batch.layouts.reserve(Self.operationsExpected, columns: Self.layoutColumnsExpected)
    }

    /// Says which resource emitted the spans that follow; a scope comes next.
    /// - Parameter bytes: canonical `ResourceSpans` bytes without spans
    mutating func setResource(_ bytes: [UInt8]) {
        resource = shapes.tables.resources.intern(bytes.span, into: &batch.resources)
    }

    /// Says which scope of the resource made the spans that follow.
    /// - Parameter bytes: canonical `ScopeSpans` bytes without spans
    mutating func setScope(_ bytes: [UInt8]) {
        let scope = shapes.tables.scopes.intern(bytes.span, into: &batch.scopes)
        let key = Origin(resource: resource, scope: scope)
        let hash = key.tableHash
        if let known = shapes.tables.originIndex.find(hash, { batch.origins[$0] == key }) {
            origin = UInt32(known)
        } else {
            origin = UInt32(batch.origins.count)
            shapes.tables.originIndex.insert(hash, index: batch.origins.count)
            batch.origins.append(key)
        }
    }

    mutating func beginSpan() {
        slotsBefore = batch.slots.count
        node = LayoutTrie.root
        name = LayoutTrie.none
        prediction = -1
        isOverflowing = false
        droppedAttributes = 0
    }

    /// The span's name; before the attributes it also tells which ones to expect.
    @inline(__always)
    mutating func setName(_ body: ByteSpan, _ range: Range<Int>) {
        guard range.count <= safeBytesMax else { return setLongName(body, range) }
        setWholeName(body, range)
    }

    @inline(__always)
    mutating func setWholeName(_ body: ByteSpan, _ range: Range<Int>) {
        name = internText(body, range, column: FieldColumn.name.id)
        let operation = shapes.tables.operation(ofName: name)
        prediction =
            operation == LayoutTrie.none
            ? shapes.expectedPath(nameHash: batch.dictionary.hashes[Int(name)])
            : shapes.pathStarts[Int(shapes.tables.operationNodes[Int(operation)])]
    }

    /// An attribute whose value is an entry of the dictionary: `type` is string, array, list or bytes.
    /// Arrays and lists come as canonical bytes.
    @inline(__always)
    mutating func attribute(_ type: ValueType, _ body: ByteSpan, key: Range<Int>, value: Range<Int>) {
        guard value.count <= safeBytesMax else {
            return longAttribute(type, body, key: key, content: body, value: value)
        }
        guard let column = step(type, body, key) else {
            return spill(type, body, key: key, content: body, value: value)
        }
        let entry =
            type == .string
            ? internText(body, value, column: column) : intern(body, value, column: column)
        batch.slots.append(UInt64(entry))
    }

    /// An attribute whose value is kept elsewhere than its key.
    mutating func attribute(_ type: ValueType, _ body: ByteSpan, key: Range<Int>, content: ByteSpan) {
        let whole = 0..<content.count
        guard content.count <= safeBytesMax else {
            return longAttribute(type, body, key: key, content: content, value: whole)
        }
        guard let column = step(type, body, key) else {
            return spill(type, body, key: key, content: content, value: whole)
        }
        let entry =
            type == .string
            ? internText(content, whole, column: column) : intern(content, whole, column: column)
        batch.slots.append(UInt64(entry))
    }

    /// An attribute whose value is its 64 bits: `type` is empty (bits 0), bool, int or double.
    @inline(__always)
    mutating func attribute(_ type: ValueType, _ body: ByteSpan, key: Range<Int>, bits: UInt64) {
        guard let column = step(type, body, key) else {
            return spill(type, body, key: key, bits: bits)
        }
        batch.slots.append(bits)
        _ = column
    }

    /// One of the rarer fields, as bytes. Fields come after all attributes and `endAttributes`, in the order of
    /// their ids.
    mutating func field(_ field: FieldColumn, _ body: ByteSpan, _ range: Range<Int>) {
        node = shapes.trie.child(of: node, column: field.id)
        let entry =
            field.isText
            ? internText(body, range, column: field.id) : intern(body, range, column: field.id)
        batch.slots.append(UInt64(entry))
    }

    /// One of the rarer fields, as a text of which the beginning is kept where it is too long.
    mutating func limitedField(_ field: FieldColumn, _ body: ByteSpan, _ range: Range<Int>) {
        guard range.count > safeBytesMax,
            let beginning = LongText.beginning(body, range, bytesMax: valueBytesMax)
        else { return self.field(field, body, range) }
        hasCut = true
        self.field(field, beginning.span, beginning.indices)
    }

    /// One of the rarer fields, as a number.
    mutating func field(_ field: FieldColumn, number: UInt64) {
        node = shapes.trie.child(of: node, column: field.id)
        batch.slots.append(number)
    }

    /// What every span has.
    struct SpanCore {
        var traceHigh: UInt64 = 0
        var traceLow: UInt64 = 0
        var spanID: UInt64 = 0
        var parentID: UInt64 = 0
        var start: UInt64 = 0
        var end: UInt64 = 0
        var kind: Int32 = 0
        var status: Int32 = 0
        var flags: UInt32 = 0
    }

    /// Attributes of this span that found no column are written to the overflow field: before the other
    /// fields, which is why the caller asks for it.
    mutating func endAttributes() {
        guard isOverflowing, overflowCount > 0 else { return }
        node = shapes.trie.child(of: node, column: FieldColumn.overflow.id)
        let bytes = overflow.bytes
        batch.slots.append(UInt64(intern(bytes.span, 0..<bytes.count, column: FieldColumn.overflow.id)))
    }

    /// Completes the span.
    @inline(__always)
    mutating func endSpan(_ core: SpanCore) {
        if name == LayoutTrie.none { setEmptyName() }
        batch.traceIndexes.append(trace(high: core.traceHigh, low: core.traceLow))
        batch.spanIDs.append(core.spanID)
        batch.parentIDs.append(core.parentID)
        batch.starts.append(core.start)
        batch.ends.append(core.end)
        batch.originIndexes.append(origin)
        batch.operationIndexes.append(operation(core))
    }

    @inline(never)
    private mutating func setEmptyName() {
        let nothing: [UInt8] = []
        name = internText(nothing.span, 0..<0, column: FieldColumn.name.id)
    }

    /// Forgets the span that was being read.
    mutating func abandonSpan() {
        batch.slots.removeLast(batch.slots.count - slotsBefore)
    }

    /// - Returns: the batch, and what the next builder may begin with
    consuming func finish() -> (batch: SpanBatch, shapes: SpanShapes) {
        shapes.tables.putBackEntryIndex(batch.dictionary.takeIndex())
        // Spans that were abandoned leave values behind.
        for column in batch.dictionary.columns { shapes.tables.number(ofColumn: column) }
        let used = shapes.tables.usedColumns
        if used.count >= (shapes.columns.count - FieldColumn.count) / 2 {
            batch.columns = shapes.columns.set()
        } else {
            batch.columns = shapes.columns.set(of: used)
            batch.dictionary.renumberColumns(shapes.tables.numbersOfColumns)
            batch.layouts.renumberColumns(shapes.tables.numbersOfColumns)
        }
        shapes.tables.removeAll()
        // A body of 20 MiB that is one span: it is held, and paid for, until it is in a segment.
        if batch.heldBytes > 2 * batch.memoryBytes + Self.spareBytesMax { batch.shrink() }
        return (batch, shapes)
    }
}

// MARK: - The span that is being read

extension SpanBatchBuilder {
    /// Goes on to the column of the next attribute; nil when it must spill.
    @inline(__always)
    mutating func step(_ type: ValueType, _ body: ByteSpan, _ key: Range<Int>) -> UInt32? {
        if prediction >= 0, prediction < shapes.paths.count {
            let next = shapes.paths[prediction]
            if next.parent == node, shapes.columns.isAttribute(next.column, type, body, key) {
                prediction &+= 1
                node = next.node
                return next.column
            }
            prediction = -1
        }
        return stepUnpredicted(type, body, key)
    }

    @inline(never)
    private mutating func stepUnpredicted(_ type: ValueType, _ body: ByteSpan, _ key: Range<Int>) -> UInt32? {
        if isOverflowing { return nil }
        let next = shapes.trie.predictedChild(of: node)
        if next != LayoutTrie.none,
            shapes.columns.isAttribute(shapes.trie.columns[Int(next)], type, body, key)
        {
            node = next
            return shapes.trie.columns[Int(next)]
        }
        let depth = Int(shapes.trie.depths[Int(node)])
        guard depth < Self.layoutLengthMax, depth < attributesMax else { return beginOverflow() }
        guard let column = shapes.columns.attribute(type, body, key) else {
            lacksColumns = !startsNew
            return beginOverflow()
        }
        node = shapes.trie.child(of: node, column: column)
        return column
    }

    private mutating func beginOverflow() -> UInt32? {
        isOverflowing = true
        overflow.removeAll()
        overflowCount = 0
        return nil
    }

    @inline(__always)
    mutating func internText(_ body: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        let last = shapes.tables.lastEntries[Int(column)]
        if last != LayoutTrie.none, batch.dictionary.isEqual(Int(last), body, range) { return last }
        let entry = batch.dictionary.internText(body, range, column: column)
        shapes.tables.lastEntries[Int(column)] = entry
        return entry
    }

    @inline(__always)
    mutating func intern(_ body: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        batch.dictionary.intern(body, range, column: column)
    }

    @inline(__always)
    private mutating func trace(high: UInt64, low: UInt64) -> UInt32 {
        if let last = batch.traceIndexes.last {
            let trace = batch.traces[Int(last)]
            if trace.high == high, trace.low == low { return last }
        }
        let hash = TraceID(high: high, low: low).tableHash
        let known = shapes.tables.traceIndex.find(hash) {
            batch.traces[$0].high == high && batch.traces[$0].low == low
        }
        if let known { return UInt32(known) }
        let index = batch.traces.count
        batch.traces.append(TraceID(high: high, low: low))
        shapes.tables.traceIndex.insert(hash, index: index)
        return UInt32(index)
    }

    @inline(__always)
    private mutating func operation(_ core: SpanCore) -> UInt32 {
        let last = shapes.tables.operation(ofName: name)
        if last != LayoutTrie.none, isOperation(Int(last), core) { return last }
        return findOrAddOperation(core)
    }

    @inline(__always)
    private func isOperation(_ index: Int, _ core: SpanCore) -> Bool {
        let operation = batch.operations[index]
        return shapes.tables.operationNodes[index] == node && operation.name == name
            && operation.kind == core.kind
            && operation.status == core.status && operation.flags == core.flags
    }

    @inline(never)
    private mutating func findOrAddOperation(_ core: SpanCore) -> UInt32 {
        let kindAndStatus =
            UInt64(UInt32(bitPattern: core.kind)) << 32 | UInt64(UInt32(bitPattern: core.status))
        let hash = TableHash.words(
            TableHash.words(UInt64(name) << 32 | UInt64(node), kindAndStatus), UInt64(core.flags))
        let known = shapes.tables.operationIndex.find(hash) { isOperation($0, core) }
        let index = known ?? addOperation(core, hash: hash)
        shapes.tables.setOperation(UInt32(index), ofName: name)
        return UInt32(index)
    }

    private mutating func addOperation(_ core: SpanCore, hash: UInt64) -> Int {
        let index = batch.operations.count
        shapes.growToNodes()
        let layout = layout(of: node)
        batch.operations.append(
            Operation(name: name, kind: core.kind, status: core.status, flags: core.flags, layout: layout))
        shapes.tables.operationNodes.append(node)
        shapes.tables.operationIndex.insert(hash, index: index)
        shapes.expect(node, nameHash: batch.dictionary.hashes[Int(name)])
        return index
    }

    /// The layout of a node's sequence, made when the node is the end of one for the first time.
    private mutating func layout(of node: LayoutTrie.Node) -> UInt32 {
        let known = shapes.tables.layoutsOfNodes[Int(node)]
        if known != LayoutTrie.none { return known }
        for step in shapes.path(to: node) {
            let column = shapes.paths[step].column
            shapes.tables.number(ofColumn: column)
            batch.layouts.append(column: column)
        }
        let layout = UInt32(batch.layouts.count)
        batch.layouts.endSequence()
        shapes.tables.setLayout(layout, ofNode: node)
        return layout
    }
}
