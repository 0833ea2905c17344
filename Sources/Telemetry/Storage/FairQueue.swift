/// What waits, by source: who has the next turn is decided by deficit round robin (Shreedhar and Varghese, 1995), so
/// that the bytes that are taken in a while are shared by all who wait, and each source's own come in their order.
package struct FairQueue<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        var element: Element
        var byteCount: Int
    }

    /// The entries of one source.
    private struct Lane: Sendable {
        var source: ObjectIdentifier?
        var entries = FIFO<Entry>()
        var byteCount = 0
        /// Bytes that it may still send before it is others' turn.
        var deficit = 0
    }

    /// What a source may send in a turn: 256 KiB, a request of 2,000 spans. Less makes more turns of large requests,
    /// more makes small ones wait longer behind them.
    private static var turnBytes: Int { 256 << 10 }

    private var lanes: [Lane] = []
    /// Places in `lanes` that nobody has.
    private var freeLanes: [Int] = []
    private var laneOfSource: [ObjectIdentifier?: Int] = [:]
    /// Lanes with something in them, in the order of their turns.
    private var turns = FIFO<Int>()
    /// Whether the first lane has been given its bytes for this turn.
    private var hasTurnBegun = false
    /// What was taken and put back: it comes first.
    private var returned: [Element] = []

    package private(set) var count = 0
    package var isEmpty: Bool { count == 0 }

    package init() {}

    /// Bytes of a source that wait.
    package func byteCount(of source: RequestSource?) -> Int {
        laneOfSource[source.map(ObjectIdentifier.init)].map { lanes[$0].byteCount } ?? 0
    }

    /// - Parameter source: must live as long as the element waits; nil for all that have none
    package mutating func append(_ element: Element, byteCount: Int, source: RequestSource?) {
        let lane = lane(of: source.map(ObjectIdentifier.init))
        lanes[lane].entries.append(Entry(element: element, byteCount: byteCount))
        lanes[lane].byteCount += byteCount
        count += 1
    }

    private mutating func lane(of source: ObjectIdentifier?) -> Int {
        if let known = laneOfSource[source] { return known }
        let number = freeLanes.popLast() ?? lanes.count
        if number == lanes.count { lanes.append(Lane()) }
        lanes[number].source = source
        laneOfSource[source] = number
        turns.append(number)
        return number
    }

    /// The next one; nil when nothing waits.
    package mutating func first() -> Element? {
        if let first = returned.first { return first }
        while let number = turns.first, let entry = lanes[number].entries.first {
            if !hasTurnBegun {
                lanes[number].deficit += Self.turnBytes
                hasTurnBegun = true
            }
            // Who is alone waits for nobody.
            if entry.byteCount <= lanes[number].deficit || turns.count == 1 { return entry.element }
            turns.removeFirst()
            turns.append(number)
            hasTurnBegun = false
        }
        return nil
    }

    /// Takes the one that `first` tells.
    package mutating func popFirst() -> Element? {
        guard let element = first() else { return nil }
        count -= 1
        if !returned.isEmpty { return returned.removeFirst() }
        guard let number = turns.first, let entry = lanes[number].entries.popFirst() else { return element }
        lanes[number].byteCount -= entry.byteCount
        lanes[number].deficit = max(0, lanes[number].deficit - entry.byteCount)
        if lanes[number].entries.isEmpty { endLane(number) }
        return element
    }

    /// A source that has nothing more keeps no rest of its turn.
    private mutating func endLane(_ number: Int) {
        laneOfSource[lanes[number].source] = nil
        lanes[number].source = nil
        lanes[number].deficit = 0
        freeLanes.append(number)
        turns.removeFirst()
        hasTurnBegun = false
    }

    /// Puts what was taken back: it is next again, in that order.
    package mutating func putBack(_ elements: [Element]) {
        returned.insert(contentsOf: elements, at: 0)
        count += elements.count
    }
}

/// First in, first out, without moving what waits.
private struct FIFO<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard let element = first else { return nil }
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: elements.count <= 64)
            head = 0
        } else if head >= 64, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeFirst() { _ = popFirst() }
}
