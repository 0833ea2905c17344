import Synchronization

/// Who sends, as far as shares of memory and turns in the queue are concerned: the name of a token or a certificate
/// where senders have to show one, else an address. Never what telemetry says of itself: anybody can write anything
/// there.
package final class RequestSource: Sendable {
    package let name: String
    private let held = Atomic<Int>(0)

    package init(name: String) { self.name = name }

    /// Bytes that its requests hold now.
    package var heldBytes: Int { held.load(ordering: .relaxed) }

    /// - Returns: what is held then
    func add(_ count: Int) -> Int { held.wrappingAdd(count, ordering: .relaxed).newValue }

    func subtract(_ count: Int) { held.wrappingSubtract(count, ordering: .relaxed) }
}
