import Synchronization

/// An announcement that a request will be appended in a moment. It is fulfilled by the append, or withdrawn
/// when nobody holds it any more.
package final class ExpectedAppend: Sendable {
    private let isOpen = Atomic(true)
    private let withdraw: @Sendable () -> Void

    init(withdraw: @escaping @Sendable () -> Void) { self.withdraw = withdraw }

    deinit { if fulfil() { withdraw() } }

    /// - Returns: whether it was open until now
    func fulfil() -> Bool { isOpen.exchange(false, ordering: .relaxed) }
}
