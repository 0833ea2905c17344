import Synchronization

/// Bounds the memory that requests hold, over all connections: from the first byte of a body, by what it becomes when
/// it is decompressed and decoded, until its spans are in a segment.
///
/// A source may hold three times what is left for others, so that one that floods alone leaves a quarter free, two
/// leave a seventh, and whoever sends little finds room whatever they do. (Dynamic thresholds, as switches share
/// their buffers: nobody has to count who is active.)
package final class InFlightBytes: Sendable {
    /// How many times what is left for others a source may hold.
    private static let timesRest = 3

    package let limitBytes: Int
    private let used = Atomic<Int>(0)

    package init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Bytes held now.
    package var usedBytes: Int { used.load(ordering: .relaxed) }

    /// A share of the memory, empty at first. It is given back when the last reference to it goes, if not before.
    /// - Parameter source: whose requests share; nil for who may have all there is
    package func charge(for source: RequestSource? = nil) -> Charge { Charge(of: self, source) }

    /// Whether a source could take so much at this moment: nothing is taken.
    package func hasRoom(for source: RequestSource, bytes: Int) -> Bool {
        let (sum, overflows) = usedBytes.addingReportingOverflow(bytes)
        return !overflows && allows(source.heldBytes + bytes, of: sum)
    }

    /// - Parameters:
    ///   - held: what the source would hold
    ///   - sum: what all would hold
    private func allows(_ held: Int, of sum: Int) -> Bool {
        sum <= limitBytes && held <= Self.timesRest * (limitBytes - sum)
    }

    package final class Charge: Sendable {
        package let source: RequestSource?
        private let owner: InFlightBytes
        private let bytes = Atomic<Int>(0)

        fileprivate init(of owner: InFlightBytes, _ source: RequestSource?) {
            self.owner = owner
            self.source = source
        }

        /// What it holds now.
        package var heldBytes: Int { bytes.load(ordering: .relaxed) }

        /// Whether it would not find room for more even if nobody else held anything.
        package func isTooLarge(with count: Int) -> Bool {
            let (held, overflows) = heldBytes.addingReportingOverflow(count)
            if overflows { return true }
            return source == nil ? held > owner.limitBytes : !owner.allows(held, of: held)
        }

        /// Takes more; false, and nothing taken, when the limit or the source's share does not allow it.
        package func grow(by count: Int) -> Bool {
            let (_, sum) = owner.used.wrappingAdd(count, ordering: .relaxed)
            let isAllowed =
                source.map { owner.allows($0.add(count), of: sum) } ?? (sum <= owner.limitBytes)
            guard isAllowed else {
                owner.used.wrappingSubtract(count, ordering: .relaxed)
                source?.subtract(count)
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
            source?.subtract(count)
        }

        /// Holds exactly so much from now on, also when that is more than there should be: it is there already.
        package func settle(at count: Int) {
            let change = count - bytes.exchange(count, ordering: .relaxed)
            owner.used.wrappingAdd(change, ordering: .relaxed)
            _ = source?.add(change)
        }

        /// Gives everything back.
        package func release() { settle(at: 0) }

        deinit { release() }
    }
}
