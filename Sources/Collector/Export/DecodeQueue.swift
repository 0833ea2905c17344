import NIOConcurrencyHelpers
import NIOCore
package import Telemetry

/// Runs what takes long to decode: as many at once as there are cores, sources in turn.
///
/// What a request may hold while it is decompressed and decoded is many times what it has come with, so only those
/// that run hold it.
package final class DecodeQueue: Sendable {
    package typealias Work = @Sendable () -> Void

    private struct State {
        var waiting = FairQueue<Work>()
        var running = 0
    }

    private let state = NIOLockedValueBox(State())
    private let width: Int

    package init(width: Int = System.coreCount) { self.width = width }

    /// - Parameters:
    ///   - byteCount: how large it is, for the turns
    ///   - source: whose turn it takes; lives as long as the work
    package func run(byteCount: Int, source: RequestSource?, _ work: @escaping Work) {
        let starts = state.withLockedValue { state in
            guard state.running < width else {
                state.waiting.append(work, byteCount: byteCount, source: source)
                return false
            }
            state.running += 1
            return true
        }
        if starts { start(work) }
    }

    /// In a task for each, so that others of the process get their turn between two of them.
    private func start(_ work: @escaping Work) {
        Task {
            work()
            if let next = next() { start(next) }
        }
    }

    private func next() -> Work? {
        state.withLockedValue { state in
            let next = state.waiting.popFirst()
            if next == nil { state.running -= 1 }
            return next
        }
    }
}
