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

    /// How many operations a request has room for at once, and the steps of their layouts: what most of them have.
    private static let operationsExpected = 32
    private static let nodesExpected = 256

    var batch: SpanBatch
    private(set) var columns = ColumnTable.new()
    private var trie = LayoutTrie()

    /// By column: the dictionary entry of the last value, which the next one often equals.
    private var lastEntries: [UInt32]
    /// By trie node: where its path starts in `paths`, or -1; by entry of a name: its last operation.
    private var pathStarts: [Int] = [-1]
    /// By trie node: the layout of its sequence, or `none`.
    private var layoutsOfNodes: [UInt32] = [LayoutTrie.none]
    private(set) var paths: [LayoutStep] = []
    private var operationsOfNames: [UInt32] = []
    private var operationIndex = ProbeTable(capacity: 64)
    private var operationNodes: [LayoutTrie.Node] = []
    private var traceIndex = ProbeTable(capacity: 256)
    private var resources = StringIndex()
    private var scopes = StringIndex()
    private var originIndex = ProbeTable()
    private var resource: UInt32 = 0
    private var origin: UInt32 = 0

    // The span that is being read.
    private var slotsBefore = 0
    var node = LayoutTrie.root
    private var name: UInt32 = LayoutTrie.none
    /// Where in `paths` the sequence of the last span of this name goes on, or -1.
    var prediction = -1
    /// Canonical `KeyValueList` bytes.
    private var overflow = ProtobufWriter()
    private var isOverflowing = false

    init(arrival: Arrival) {
        batch = SpanBatch(arrival: arrival)
        lastEntries = [UInt32](repeating: LayoutTrie.none, count: ColumnTable.countMax)
    }

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
        batch.layouts.reserve(Self.operationsExpected, columns: Self.nodesExpected)
        operationNodes.reserveCapacity(Self.operationsExpected)
        operationsOfNames.reserveCapacity(4 * Self.operationsExpected)
        trie.reserve(Self.nodesExpected)
        pathStarts.reserveCapacity(Self.nodesExpected)
        layoutsOfNodes.reserveCapacity(Self.nodesExpected)
        paths.reserveCapacity(Self.nodesExpected)
    }

    /// Says which resource emitted the spans that follow; a scope comes next.
    /// - Parameter bytes: canonical `ResourceSpans` bytes without spans
    mutating func setResource(_ bytes: [UInt8]) {
        resource = resources.intern(bytes.span, into: &batch.resources)
    }

    /// Says which scope of the resource made the spans that follow.
    /// - Parameter bytes: canonical `ScopeSpans` bytes without spans
    mutating func setScope(_ bytes: [UInt8]) {
        let key = Origin(resource: resource, scope: scopes.intern(bytes.span, into: &batch.scopes))
        let hash = key.tableHash
        if let known = originIndex.find(hash, { batch.origins[$0] == key }) {
            origin = UInt32(known)
        } else {
            origin = UInt32(batch.origins.count)
            originIndex.insert(hash, index: batch.origins.count)
            batch.origins.append(key)
        }
    }

    mutating func beginSpan() {
        slotsBefore = batch.slots.count
        node = LayoutTrie.root
        name = LayoutTrie.none
        prediction = -1
        isOverflowing = false
    }

    /// The span's name; before the attributes it also tells which ones to expect.
    @inline(__always)
    mutating func setName(_ body: ByteSpan, _ range: Range<Int>) {
        name = internText(body, range, column: FieldColumn.name.id)
        guard Int(name) < operationsOfNames.count else { return }
        let operation = operationsOfNames[Int(name)]
        if operation != LayoutTrie.none { prediction = pathStarts[Int(operationNodes[Int(operation)])] }
    }

    /// An attribute whose value is an entry of the dictionary: `type` is string, array, list or bytes.
    /// Arrays and lists come as canonical bytes.
    @inline(__always)
    mutating func attribute(_ type: ValueType, _ body: ByteSpan, key: Range<Int>, value: Range<Int>) {
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
        node = trie.child(of: node, column: field.id)
        let entry =
            field.isText
            ? internText(body, range, column: field.id) : intern(body, range, column: field.id)
        batch.slots.append(UInt64(entry))
    }

    /// One of the rarer fields, as a number.
    mutating func field(_ field: FieldColumn, number: UInt64) {
        node = trie.child(of: node, column: field.id)
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
        guard isOverflowing else { return }
        node = trie.child(of: node, column: FieldColumn.overflow.id)
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

    consuming func finish() -> SpanBatch {
        batch.columns = columns.keys
        batch.columnHashes = columns.hashes
        return batch
    }
}

// MARK: - The span that is being read

extension SpanBatchBuilder {
    /// Goes on to the column of the next attribute; nil when it must spill.
    @inline(__always)
    private mutating func step(_ type: ValueType, _ body: ByteSpan, _ key: Range<Int>) -> UInt32? {
        if prediction >= 0, prediction < paths.count {
            let next = paths[prediction]
            if next.parent == node, columns.isAttribute(next.column, type, body, key) {
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
        let next = trie.predictedChild(of: node)
        if next != LayoutTrie.none, columns.isAttribute(trie.columns[Int(next)], type, body, key) {
            node = next
            growPathStarts()
            return trie.columns[Int(next)]
        }
        guard trie.depths[Int(node)] < Self.layoutLengthMax, let column = columns.attribute(type, body, key)
        else {
            isOverflowing = true
            overflow.removeAll()
            return nil
        }
        node = trie.child(of: node, column: column)
        growPathStarts()
        return column
    }

    private mutating func growPathStarts() {
        while pathStarts.count < trie.count {
            pathStarts.append(-1)
            layoutsOfNodes.append(LayoutTrie.none)
        }
    }

    @inline(__always)
    mutating func internText(_ body: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        let last = lastEntries[Int(column)]
        if last != LayoutTrie.none, batch.dictionary.isEqual(Int(last), body, range) { return last }
        let entry = batch.dictionary.internText(body, range, column: column)
        lastEntries[Int(column)] = entry
        return entry
    }

    @inline(__always)
    private mutating func intern(_ body: ByteSpan, _ range: Range<Int>, column: UInt32) -> UInt32 {
        batch.dictionary.intern(body, range, column: column)
    }

    @inline(__always)
    private mutating func trace(high: UInt64, low: UInt64) -> UInt32 {
        if let last = batch.traceIndexes.last {
            let trace = batch.traces[Int(last)]
            if trace.high == high, trace.low == low { return last }
        }
        let hash = TableHash.mix(high ^ 0x9e37_79b9_7f4a_7c15, low ^ 0xe703_7ed1_a0b4_28db)
        let known = traceIndex.find(hash) { batch.traces[$0].high == high && batch.traces[$0].low == low }
        if let known { return UInt32(known) }
        let index = batch.traces.count
        batch.traces.append(TraceID(high: high, low: low))
        traceIndex.insert(hash, index: index)
        return UInt32(index)
    }

    @inline(__always)
    private mutating func operation(_ core: SpanCore) -> UInt32 {
        if Int(name) < operationsOfNames.count {
            let last = operationsOfNames[Int(name)]
            if last != LayoutTrie.none, isOperation(Int(last), core) { return last }
        }
        return findOrAddOperation(core)
    }

    @inline(__always)
    private func isOperation(_ index: Int, _ core: SpanCore) -> Bool {
        let operation = batch.operations[index]
        return operationNodes[index] == node && operation.name == name && operation.kind == core.kind
            && operation.status == core.status && operation.flags == core.flags
    }

    @inline(never)
    private mutating func findOrAddOperation(_ core: SpanCore) -> UInt32 {
        var hash = TableHash.mix(UInt64(name) << 32 | UInt64(node), 0x8ebc_6af0_9c88_c6e3)
        let kindAndStatus =
            UInt64(UInt32(bitPattern: core.kind)) << 32 | UInt64(UInt32(bitPattern: core.status))
        hash = TableHash.mix(hash ^ kindAndStatus, 0xa076_1d64_78bd_642f ^ UInt64(core.flags))
        let index = operationIndex.find(hash) { isOperation($0, core) } ?? addOperation(core, hash: hash)
        while operationsOfNames.count <= Int(name) { operationsOfNames.append(LayoutTrie.none) }
        operationsOfNames[Int(name)] = UInt32(index)
        return UInt32(index)
    }

    private mutating func addOperation(_ core: SpanCore, hash: UInt64) -> Int {
        let index = batch.operations.count
        growPathStarts()
        let layout = layout(of: node)
        batch.operations.append(
            Operation(name: name, kind: core.kind, status: core.status, flags: core.flags, layout: layout))
        operationNodes.append(node)
        operationIndex.insert(hash, index: index)
        return index
    }

    /// The layout of a node's sequence, made when the node is the end of one for the first time.
    private mutating func layout(of node: LayoutTrie.Node) -> UInt32 {
        if layoutsOfNodes[Int(node)] != LayoutTrie.none { return layoutsOfNodes[Int(node)] }
        let path = trie.path(to: node)
        pathStarts[Int(node)] = paths.count
        for next in path {
            let column = trie.columns[Int(next)]
            paths.append(
                LayoutStep(
                    node: next, parent: trie.parents[Int(next)], column: column,
                    type: columns.type(of: column),
                    prefix: columns.prefix(column)))
        }
        let layout = UInt32(batch.layouts.count)
        batch.layouts.append(path.map { trie.columns[Int($0)] })
        layoutsOfNodes[Int(node)] = layout
        return layout
    }
}

// MARK: - Overflow

extension SpanBatchBuilder {
    @inline(never)
    private mutating func spill(
        _ type: ValueType, _ body: ByteSpan, key: Range<Int>, content: ByteSpan, value: Range<Int>
    ) {
        let bytes = Array(content, value)
        let stored = type == .string ? UTF8Text.mended(bytes) : bytes
        spill(body, key: key) { $0.repeatedBytes(Int(type.rawValue), stored) }
    }

    @inline(never)
    private mutating func spill(_ type: ValueType, _ body: ByteSpan, key: Range<Int>, bits: UInt64) {
        spill(body, key: key) { value in
            switch type {
            case .bool, .int:
                value.tag(Int(type.rawValue), .varint)
                value.varint(bits)
            case .double:
                value.tag(Int(type.rawValue), .fixed64)
                value.littleEndian(bits)
            case .empty, .string, .array, .keyValueList, .bytes: break
            }
        }
    }

    private mutating func spill(_ body: ByteSpan, key: Range<Int>, _ write: (inout ProtobufWriter) -> Void) {
        let name = UTF8Text.mended(Array(body, key))
        overflow.message(1) { pair in
            pair.bytes(1, name)
            var value = ProtobufWriter()
            write(&value)
            pair.bytes(2, value.bytes)
        }
    }
}
