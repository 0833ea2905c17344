/// Keeps the first `limit` of the elements that it is given, by an order.
struct BoundedHeap<Element: Sendable>: Sendable {
    private let limit: Int
    private let isBefore: @Sendable (Element, Element) -> Bool
    /// A binary heap with the last of the kept elements on top.
    private var elements: [Element] = []

    init(limit: Int, isBefore: @escaping @Sendable (Element, Element) -> Bool) {
        self.limit = limit
        self.isBefore = isBefore
    }

    /// The last of the kept elements; nil as long as fewer than `limit` are kept.
    var last: Element? { elements.count < limit ? nil : elements.first }

    mutating func insert(_ element: Element) {
        if elements.count < limit {
            elements.append(element)
            siftUp(elements.count - 1)
        } else if let last = elements.first, isBefore(element, last) {
            elements[0] = element
            siftDown(0)
        }
    }

    /// The kept elements in order.
    func sorted() -> [Element] { elements.sorted(by: isBefore) }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(elements[parent], elements[child]) else { return }
            elements.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var last = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < elements.count && isBefore(elements[last], elements[child]) {
                last = child
            }
            if last == parent { return }
            elements.swapAt(parent, last)
            parent = last
        }
    }
}
