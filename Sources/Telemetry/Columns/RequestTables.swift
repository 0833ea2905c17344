/// The tables by which a decoder finds what one request has had already. They are emptied after the request and keep
/// their memory.
struct RequestTables: Sendable {
    /// What a table has at the most when it is kept; a larger one would take longer to empty than to make.
    private static let keptElementsMax = 4_096

    /// Of the entries of the batch's dictionary, while no request is being read.
    private var entryIndex = ProbeTable(capacity: 256)
    /// By column: the dictionary entry of the last value, which the next one often equals.
    var lastEntries = [UInt32](repeating: LayoutTrie.none, count: ColumnTable.countMax)
    /// By column: its number in a batch that has only what it uses, or `none`. Fields have theirs always.
    private(set) var numbersOfColumns = FieldColumn.allCases.map(\.id)
    /// The columns that are used, in the order of their numbers, without the fields.
    private(set) var usedColumns: [UInt32] = []
    /// By trie node: the batch's layout of its sequence, or `none`.
    private(set) var layoutsOfNodes: [UInt32] = []
    private var nodesOfLayouts: [LayoutTrie.Node] = []
    /// By entry of a name: its last operation, or `none`.
    private var operationsOfNames: [UInt32] = []
    var operationIndex = ProbeTable(capacity: 64)
    var operationNodes: [LayoutTrie.Node] = []
    var traceIndex = ProbeTable(capacity: 256)
    var resources = StringIndex()
    var scopes = StringIndex()
    var originIndex = ProbeTable()

    mutating func takeEntryIndex() -> ProbeTable {
        let taken = entryIndex
        entryIndex = .shared
        return taken
    }

    mutating func putBackEntryIndex(_ index: consuming ProbeTable) { entryIndex = index }

    /// The last operation of a name, or `none`.
    @inline(__always)
    func operation(ofName entry: UInt32) -> UInt32 {
        Int(entry) < operationsOfNames.count ? operationsOfNames[Int(entry)] : LayoutTrie.none
    }

    mutating func setOperation(_ operation: UInt32, ofName entry: UInt32) {
        while operationsOfNames.count <= Int(entry) { operationsOfNames.append(LayoutTrie.none) }
        operationsOfNames[Int(entry)] = operation
    }

    mutating func grow(nodes: Int) {
        while layoutsOfNodes.count < nodes { layoutsOfNodes.append(LayoutTrie.none) }
    }

    mutating func setLayout(_ layout: UInt32, ofNode node: LayoutTrie.Node) {
        layoutsOfNodes[Int(node)] = layout
        nodesOfLayouts.append(node)
    }

    /// The number of a column that is used; one that was not used yet gets the next.
    @discardableResult
    mutating func number(ofColumn column: UInt32) -> UInt32 {
        while numbersOfColumns.count <= Int(column) { numbersOfColumns.append(LayoutTrie.none) }
        let known = numbersOfColumns[Int(column)]
        if known != LayoutTrie.none { return known }
        let number = UInt32(FieldColumn.count + usedColumns.count)
        usedColumns.append(column)
        numbersOfColumns[Int(column)] = number
        return number
    }

    /// Makes it ready for the next request.
    mutating func removeAll() {
        for column in lastEntries.indices { lastEntries[column] = LayoutTrie.none }
        for column in usedColumns { numbersOfColumns[Int(column)] = LayoutTrie.none }
        for node in nodesOfLayouts { layoutsOfNodes[Int(node)] = LayoutTrie.none }
        usedColumns.removeAll(keepingCapacity: true)
        Self.removeAll(&nodesOfLayouts)
        Self.removeAll(&operationsOfNames)
        Self.removeAll(&operationNodes)
        entryIndex.removeAll(keepingCellsUpTo: Self.keptElementsMax)
        operationIndex.removeAll(keepingCellsUpTo: Self.keptElementsMax)
        traceIndex.removeAll(keepingCellsUpTo: Self.keptElementsMax)
        originIndex.removeAll(keepingCellsUpTo: Self.keptElementsMax)
        resources.removeAll(keepingCellsUpTo: Self.keptElementsMax)
        scopes.removeAll(keepingCellsUpTo: Self.keptElementsMax)
    }

    private static func removeAll(_ elements: inout [UInt32]) {
        elements.removeAll(keepingCapacity: elements.capacity <= keptElementsMax)
    }
}
