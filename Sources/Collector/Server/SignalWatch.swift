import Dispatch
import Glibc
package import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// Waits for the order to stop, and ends the process at once for whoever orders it again.
///
/// One order may come as two signals: Ctrl-C reaches the process by its terminal and by the script that runs
/// it, and `timeout` signals the process and then its group. So a further signal counts as a second order
/// only when some time has passed since the first.
package struct SignalWatch: Sendable {
    /// Signals that come sooner after the first belong to the same order.
    package static let secondOrderDelay = TimeAmount.seconds(1)

    private struct State {
        var first: (name: String, time: NIODeadline)?
        var waiter: CheckedContinuation<String, Never>?
    }

    private enum Meaning {
        case first(CheckedContinuation<String, Never>?)
        case echo
        case second
    }

    private let state = NIOLockedValueBox(State())
    private let logger: Logger
    private let endProcess: @Sendable (Int32) -> Void

    /// - Parameter endProcess: What a second order does, with the exit code: it ends the process at once.
    package init(logger: Logger, endProcess: @escaping @Sendable (Int32) -> Void = { _exit($0) }) {
        self.logger = logger
        self.endProcess = endProcess
    }

    /// A watch that hears SIGTERM and SIGINT from now until the process ends.
    static func installed(logger: Logger) -> SignalWatch {
        let watch = SignalWatch(logger: logger)
        for (number, name) in [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")] {
            // The default would end the process before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The source lives as long as the process: its handler holds it.
            source.setEventHandler {
                withExtendedLifetime(source) { watch.receive(number, name: name) }
            }
            source.activate()
        }
        return watch
    }

    /// Returns the name of the first signal, once there is one. For one caller.
    package func first() async -> String {
        await withCheckedContinuation { continuation in
            let first = state.withLockedValue { state in
                if state.first == nil { state.waiter = continuation }
                return state.first
            }
            if let first { continuation.resume(returning: first.name) }
        }
    }

    /// Takes a signal; called from any thread.
    package func receive(_ number: Int32, name: String, now: NIODeadline = .now()) {
        let meaning = state.withLockedValue { state -> Meaning in
            guard let first = state.first else {
                state.first = (name, now)
                defer { state.waiter = nil }
                return .first(state.waiter)
            }
            return now - first.time < Self.secondOrderDelay ? .echo : .second
        }
        switch meaning {
        case .first(let waiter):
            logger.info("signal", metadata: ["name": .string(name)])
            waiter?.resume(returning: name)
        case .echo:
            logger.debug("signal.echo", metadata: ["name": .string(name)])
        case .second:
            logger.warning(
                "signal.second", metadata: ["name": .string(name), "message": "ending at once"])
            endProcess(128 + number)
        }
    }
}
