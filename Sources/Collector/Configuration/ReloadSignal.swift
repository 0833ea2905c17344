import Dispatch
import Glibc
import NIOConcurrencyHelpers

/// Hears SIGHUP, the order to read the configuration again.
final class ReloadSignal: Sendable {
    private struct State {
        var reload: ConfigReload?
        /// Whether the order came before there was anything to reload.
        var isDue = false
    }

    private let state = NIOLockedValueBox(State())
    /// One reload after the other.
    private let queue = DispatchQueue(label: "traceq.reload")

    private init() {}

    /// A listener that hears SIGHUP from now until the process ends.
    static func installed() -> ReloadSignal {
        let listener = ReloadSignal()
        // The default would end the process.
        signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: listener.queue)
        // The source lives as long as the process: its handler holds it.
        source.setEventHandler {
            withExtendedLifetime(source) { listener.receive() }
        }
        source.activate()
        return listener
    }

    /// Says what to do from now on; an order that came before is carried out now.
    func start(_ reload: ConfigReload) {
        let isDue = state.withLockedValue { state in
            state.reload = reload
            return state.isDue
        }
        if isDue { queue.async { reload.run() } }
    }

    private func receive() {
        let reload = state.withLockedValue { state in
            state.isDue = state.reload == nil
            return state.reload
        }
        reload?.run()
    }
}
