import Dispatch
import Glibc
import NIOConcurrencyHelpers

/// Waits for the order to stop: SIGTERM or SIGINT, from the moment it is made.
struct SignalWatch {
    private struct State {
        var received = 0
        var waiter: CheckedContinuation<String, Never>?
        var first: String?
    }

    private let state = NIOLockedValueBox(State())

    init() {
        for (number, name) in [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")] {
            // The default would end the process before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The source lives as long as the process: its handler holds it.
            source.setEventHandler { [state] in
                withExtendedLifetime(source) { Self.handle(name, number, state) }
            }
            source.activate()
        }
    }

    /// Returns the name of the first signal. A second one ends the process at once, for whoever does not
    /// want to wait.
    func first() async -> String {
        await withCheckedContinuation { continuation in
            let first = state.withLockedValue { state in
                if state.first == nil { state.waiter = continuation }
                return state.first
            }
            if let first { continuation.resume(returning: first) }
        }
    }

    private static func handle(_ name: String, _ number: Int32, _ state: NIOLockedValueBox<State>) {
        let (isSecond, waiter) = state.withLockedValue { state in
            state.received += 1
            state.first = state.first ?? name
            defer { state.waiter = nil }
            return (state.received > 1, state.waiter)
        }
        if isSecond { _exit(128 + number) }
        waiter?.resume(returning: name)
    }
}
