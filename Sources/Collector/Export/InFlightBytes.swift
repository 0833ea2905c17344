import Synchronization

/// Bounds the memory that request bodies hold, over all connections.
package final class InFlightBytes: Sendable {
    package let limitBytes: Int
    private let used = Atomic<Int>(0)

    package init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Bytes held now.
    package var usedBytes: Int { used.load(ordering: .relaxed) }

    /// A share of the memory, empty at first. It is given back when the last reference to it goes, if not before.
    package func charge() -> Charge { Charge(of: self) }

    package final class Charge: Sendable {
        private let owner: InFlightBytes
        private let bytes = Atomic<Int>(0)

        fileprivate init(of owner: InFlightBytes) {
            self.owner = owner
        }

        /// Takes more; false, and nothing taken, when the limit does not allow it.
        package func grow(by count: Int) -> Bool {
            let (_, sum) = owner.used.wrappingAdd(count, ordering: .relaxed)
            guard sum <= owner.limitBytes else {
                owner.used.wrappingSubtract(count, ordering: .relaxed)
                return false
            }
            bytes.wrappingAdd(count, ordering: .relaxed)
            return true
        }

        /// Gives a part back early.
        package func shrink(by count: Int) {
            let (_, rest) = bytes.wrappingSubtract(count, ordering: .relaxed)
            precondition(rest >= 0, "gave back more bytes than were taken")
            owner.used.wrappingSubtract(count, ordering: .relaxed)
        }

        /// Gives everything back.
        package func release() {
            owner.used.wrappingSubtract(bytes.exchange(0, ordering: .relaxed), ordering: .relaxed)
        }

        deinit { release() }
    }
}
