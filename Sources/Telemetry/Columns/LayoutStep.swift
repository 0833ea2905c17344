/// One step of a sequence of attributes that a span had: what the next span of its kind is expected to have.
struct LayoutStep: Sendable {
    var node: LayoutTrie.Node
    /// The node before it.
    var parent: LayoutTrie.Node
    /// The column that the step adds.
    var column: UInt32
    var type: ValueType
    /// Where the `ColumnTable` keeps the column's prefix.
    var prefix: Range<Int>
}
