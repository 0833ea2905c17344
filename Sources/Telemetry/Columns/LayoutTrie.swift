/// Which attributes a span has, and in which order: the sequence of its columns.
///
/// Spans of one kind of operation have the same sequence, so sequences are interned while a span is
/// read: a node of the trie stands for the columns from the root to it. No set of keys is ever
/// collected and compared as a whole, and the order that the sender chose is kept.
struct LayoutTrie: Sendable {
    typealias Node = UInt32

    static let root: Node = 0
    /// No column, no node.
    static let none = UInt32.max

    /// By node: the last column of its sequence, the node before it, how many columns it has, and the
    /// child that was taken last, which is tried first.
    private(set) var columns: [UInt32] = [LayoutTrie.none]
    private(set) var parents: [Node] = [LayoutTrie.none]
    private(set) var depths: [UInt32] = [0]
    private var lastChildren: [Node] = [LayoutTrie.none]
    private var children = ProbeTable(capacity: 64)

    var count: Int { columns.count }

    /// Makes room for so many nodes.
    mutating func reserve(_ nodes: Int) {
        columns.reserveCapacity(nodes)
        parents.reserveCapacity(nodes)
        depths.reserveCapacity(nodes)
        lastChildren.reserveCapacity(nodes)
    }

    /// The child that the last span took from here, or `none`.
    @inline(__always)
    func predictedChild(of node: Node) -> Node { lastChildren[Int(node)] }

    /// The node for the sequence of `node` and one more column.
    @inline(__always)
    mutating func child(of node: Node, column: UInt32) -> Node {
        let predicted = lastChildren[Int(node)]
        if predicted != Self.none, columns[Int(predicted)] == column { return predicted }
        return findOrAddChild(of: node, column: column)
    }

    private mutating func findOrAddChild(of node: Node, column: UInt32) -> Node {
        let hash = TableHash.words(UInt64(node), UInt64(column))
        let found = children.find(hash) { parents[$0] == node && columns[$0] == column }
        let child = found ?? columns.count
        if found == nil {
            columns.append(column)
            parents.append(node)
            depths.append(depths[Int(node)] + 1)
            lastChildren.append(Self.none)
            children.insert(hash, index: child)
        }
        lastChildren[Int(node)] = Node(child)
        return Node(child)
    }

    /// The nodes on the way from the root to a node, the root left out.
    func path(to node: Node) -> [Node] {
        var nodes: [Node] = []
        nodes.reserveCapacity(Int(depths[Int(node)]))
        var current = node
        while current != Self.root {
            nodes.append(current)
            current = parents[Int(current)]
        }
        nodes.reverse()
        return nodes
    }

    /// The columns of a node's sequence.
    func sequence(of node: Node) -> [UInt32] { path(to: node).map { columns[Int($0)] } }
}
