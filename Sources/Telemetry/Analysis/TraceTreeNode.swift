/// A span's place in its trace.
package struct TraceTreeNode: Sendable {
    /// What a span hangs on.
    package enum Anchor: Hashable, Sendable {
        /// It names no parent.
        case root
        /// Its parent is the node at this position, which lies before its own.
        case child(of: Int)
        /// It names a parent that is not stored: the bytes of that id.
        case missingParent([UInt8])
        /// It names itself as its parent.
        case ownParent
        /// Its ancestors lead back to it; the cycle is cut here, above the earliest of its spans.
        case cycle(parent: [UInt8])
    }

    /// Position in the tree's `spans`.
    package let span: Int
    /// 0 at the top.
    package let depth: Int
    package let anchor: Anchor
    /// Whether no sibling follows.
    package let isLastSibling: Bool
    package let childCount: Int
    /// Nanoseconds; 0 when the end lies before the start.
    package let durationNanos: Int64
    /// Nanoseconds of its duration that no child covers.
    package let selfNanos: Int64
    /// Nanoseconds by which it starts before its parent does, else 0.
    package let leadNanos: UInt64
    /// Nanoseconds by which it ends after its parent does, else 0.
    package let overrunNanos: UInt64

    /// Whether it lies partly or wholly outside its parent's time.
    package var isOutsideParent: Bool { leadNanos > 0 || overrunNanos > 0 }
}
