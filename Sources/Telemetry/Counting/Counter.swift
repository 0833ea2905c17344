import Synchronization

/// A number of events since the start: added to from any thread without a lock, read at any time.
package final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    package init() {}

    package var count: Int { value.load(ordering: .relaxed) }

    @inline(__always)
    package func add(_ amount: Int = 1) { value.wrappingAdd(amount, ordering: .relaxed) }
}
