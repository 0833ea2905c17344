import NIOConcurrencyHelpers

/// Keeps the order of the requests of a file while several of them are worked on: none goes on before all that
/// come earlier in the file have passed, and none at all after one that ends the import.
final class RequestOrder: Sendable {
    private struct State {
        /// The first request that has not said yet how it went.
        var next = 0
        /// Those after it that have: whether the import goes on behind them.
        var early: [Int: Bool] = [:]
        /// The request that ended the import.
        var last: Int?
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// Waits until all earlier requests have passed.
    /// - Parameter index: of the request in the file, from 0
    /// - Returns: false when one of them ended the import
    func comes(_ index: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLockedValue { state -> Bool? in
                if let last = state.last, last < index { return false }
                if state.next >= index { return true }
                state.waiting[index] = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Says how a request went.
    /// - Parameter goesOn: whether those after it may follow
    func note(_ index: Int, goesOn: Bool) {
        let (free, refused) = state.withLockedValue { state in
            state.early[index] = goesOn
            while state.last == nil, let isGood = state.early.removeValue(forKey: state.next) {
                if isGood { state.next += 1 } else { state.last = state.next }
            }
            let end = state.next
            let isEnded = state.last != nil
            let ready = state.waiting.filter { $0.key <= end }
            let dropped = isEnded ? state.waiting.filter { $0.key > end } : [:]
            for key in ready.keys { state.waiting[key] = nil }
            for key in dropped.keys { state.waiting[key] = nil }
            return (Array(ready.values), Array(dropped.values))
        }
        for continuation in free { continuation.resume(returning: true) }
        for continuation in refused { continuation.resume(returning: false) }
    }
}
