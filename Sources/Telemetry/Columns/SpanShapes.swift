/// What spans have looked like so far: the keys of their attributes, in which order they came, and what to expect of
/// a span with a name.
///
/// A decoder keeps it from one request to the next. Most requests have what the ones before had, and a small one would
/// take longer to find that out anew than for its spans. A batch that uses at least half of the columns gets all of
/// them, as the others do (`ColumnSet`); one that uses fewer gets its own, so that it takes no more in the journal for
/// what others had.
struct SpanShapes: Sendable {
    // What is kept at the most: a fleet of real emitters has 50 to 200 keys and some hundred sequences of them. A
    // sender that invents keys makes that the next request begins with nothing, and no more.
    static let keptColumnsMax = 256
    static let keptNameBytesMax = 16 << 10
    static let keptNodesMax = 4_096
    static let keptStepsMax = 16_384

    /// How many steps of sequences there is room for at first.
    private static let nodesExpected = 512
    /// How many names' sequences are remembered: by a part of the name's hash.
    private static let namesMax = 512

    var columns = ColumnTable.new()
    var trie = LayoutTrie()
    private(set) var paths: [LayoutStep] = []
    /// By trie node: where its path starts in `paths`, or -1.
    private(set) var pathStarts: [Int] = []
    /// By a part of a name's hash: where the path of its last span starts in `paths`, or -1. Names can meet there:
    /// what is expected of a span is compared with what it has.
    private var pathsOfNames = [Int](repeating: -1, count: SpanShapes.namesMax)
    /// Of the request that is being read; empty between requests.
    var tables = RequestTables()

    init() {
        trie.reserve(Self.nodesExpected)
        paths.reserveCapacity(Self.nodesExpected)
        pathStarts.reserveCapacity(Self.nodesExpected)
        growToNodes()
    }

    /// Whether nothing was seen yet.
    var isNew: Bool { columns.count == FieldColumn.count }

    /// About how much memory it takes, with what finds its nodes.
    var memoryBytes: Int {
        trie.count * (4 * MemoryLayout<LayoutTrie.Node>.stride + 2 * MemoryLayout<Int>.stride)
            + paths.count * MemoryLayout<LayoutStep>.stride + columns.nameBytes
    }

    /// Whether it is small enough to be kept for the next request.
    var isWorthKeeping: Bool {
        columns.count <= Self.keptColumnsMax && columns.nameBytes <= Self.keptNameBytesMax
            && trie.count <= Self.keptNodesMax && paths.count <= Self.keptStepsMax
    }

    /// Where in `paths` the sequence of a span with that name is expected, or -1.
    /// - Parameter hash: of the name, as a dictionary has it
    @inline(__always)
    func expectedPath(nameHash hash: UInt32) -> Int { pathsOfNames[Int(hash) & (Self.namesMax - 1)] }

    mutating func expect(_ node: LayoutTrie.Node, nameHash hash: UInt32) {
        pathsOfNames[Int(hash) & (Self.namesMax - 1)] = pathStarts[Int(node)]
    }

    /// Makes what is kept by node as long as the trie.
    mutating func growToNodes() {
        while pathStarts.count < trie.count { pathStarts.append(-1) }
        tables.grow(nodes: trie.count)
    }

    /// Makes the path to a node when it ends a span's sequence for the first time.
    /// - Returns: its place in `paths`
    mutating func path(to node: LayoutTrie.Node) -> Range<Int> {
        let length = Int(trie.depths[Int(node)])
        let known = pathStarts[Int(node)]
        if known >= 0 { return known..<known + length }
        let start = paths.count
        pathStarts[Int(node)] = start
        for next in trie.path(to: node) {
            let column = trie.columns[Int(next)]
            paths.append(
                LayoutStep(
                    node: next, parent: trie.parents[Int(next)], column: column,
                    type: columns.type(of: column),
                    prefix: columns.prefix(column)))
        }
        return start..<start + length
    }
}
