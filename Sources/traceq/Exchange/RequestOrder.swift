import NIOConcurrencyHelpers

/// Keeps the order of the requests of a file while several of them are worked on: none goes on before all that
/// come earlier in the file have passed, or those that it says, and none at all after one that ends the import.
final class RequestOrder: Sendable {
    private struct State {
        /// The first request that has not said yet how it went.
        var next = 0
        /// Those after it that have: whether the import goes on behind them.
        var early: [Int: Bool] = [:]
        /// The first request that has not been read, and those after it that have.
        var unread = 0
        var readEarly: Set<Int> = []
        /// The request that ends the import, as far as it is known: an earlier one may end it yet.
        var last: Int?
        var waiting: [Int: Waiting] = [:]

        mutating func noteRead(_ index: Int) {
            guard index >= unread else { return }
            readEarly.insert(index)
            while readEarly.remove(unread) != nil { unread += 1 }
        }

        /// Nil while it has to wait.
        func answer(_ index: Int, ahead: Int) -> Bool? {
            if let last, last < index { return false }
            // Who does not wait for those before it must not follow one that cannot be read.
            if next >= index { return true }
            return ahead > 0 && next >= index - ahead && unread >= index ? true : nil
        }
    }

    private struct Waiting {
        var ahead: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    private let state = NIOLockedValueBox(State())

    /// Waits until all earlier requests have passed.
    /// - Parameters:
    ///   - index: of the request in the file, from 0
    ///   - ahead: so many right before it need not have passed, as long as they can be read
    /// - Returns: false when one of them ended the import
    func comes(_ index: Int, ahead: Int = 0) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLockedValue { state -> Bool? in
                if let answer = state.answer(index, ahead: ahead) { return answer }
                state.waiting[index] = Waiting(ahead: ahead, continuation: continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Says that a request can be read.
    func noteRead(_ index: Int) {
        change { $0.noteRead(index) }
    }

    /// Says how a request went.
    /// - Parameter goesOn: whether those after it may follow
    func note(_ index: Int, goesOn: Bool) {
        change { state in
            state.noteRead(index)
            state.early[index] = goesOn
            if !goesOn { state.last = min(state.last ?? index, index) }
            while state.early[state.next] == true {
                state.early[state.next] = nil
                state.next += 1
            }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let answered = state.withLockedValue { state -> [(CheckedContinuation<Bool, Never>, Bool)] in
            body(&state)
            var answered: [(CheckedContinuation<Bool, Never>, Bool)] = []
            for (index, waiting) in state.waiting {
                guard let answer = state.answer(index, ahead: waiting.ahead) else { continue }
                answered.append((waiting.continuation, answer))
                state.waiting[index] = nil
            }
            return answered
        }
        for (continuation, answer) in answered { continuation.resume(returning: answer) }
    }
}
