import Dispatch
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
        /// Threads that have nothing to do.
        var idle: [Int]
    }

    private let state: NIOLockedValueBox<State>
    /// Queues that do not share the threads of tasks: whatever decoding takes, the admin port answers, and the collector
    /// ends when it is told to.
    private let threads: [DispatchQueue]

    package init(width: Int = System.coreCount) {
        threads = (0..<width).map { DispatchQueue(label: "traceq.decode.\($0)") }
        state = NIOLockedValueBox(State(idle: Array(threads.indices)))
    }

    /// - Parameters:
    ///   - byteCount: how large it is, for the turns
    ///   - source: whose turn it takes; lives as long as the work
    package func run(byteCount: Int, source: RequestSource?, _ work: @escaping Work) {
        let idle = state.withLockedValue { state in
            let idle = state.idle.popLast()
            if idle == nil { state.waiting.append(work, byteCount: byteCount, source: source) }
            return idle
        }
        if let idle { start(work, on: idle) }
    }

    private func start(_ work: @escaping Work, on thread: Int) {
        threads[thread].async { [self] in
            work()
            while let next = next(on: thread) { next() }
        }
    }

    /// What the thread does next; nil when it has nothing more to do.
    private func next(on thread: Int) -> Work? {
        state.withLockedValue { state in
            let next = state.waiting.popFirst()
            if next == nil { state.idle.append(thread) }
            return next
        }
    }
}
