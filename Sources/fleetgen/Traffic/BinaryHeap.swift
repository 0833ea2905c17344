/// A queue that gives the element with the lowest priority number first, and of equals the one that
/// came first, so that its order follows from its input alone.
struct BinaryHeap<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        let priority: UInt64
        let order: UInt64
        let element: Element

        func precedes(_ other: Entry) -> Bool {
            (priority, order) < (other.priority, other.order)
        }
    }

    private var entries: [Entry] = []
    private var insertions: UInt64 = 0

    var isEmpty: Bool { entries.isEmpty }

    var count: Int { entries.count }

    /// The priority of the element that comes next.
    var firstPriority: UInt64? { entries.first?.priority }

    mutating func insert(_ element: Element, priority: UInt64) {
        entries.append(Entry(priority: priority, order: insertions, element: element))
        insertions += 1
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].precedes(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> Element? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first.element }
        entries[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].precedes(entries[smallest]) {
                smallest = child
            }
            guard smallest != parent else { return first.element }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
