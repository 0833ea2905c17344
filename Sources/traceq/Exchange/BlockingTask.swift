import Dispatch

/// Waits on a thread of its own kind for what only runs asynchronously: a command is a plain function.
///
/// Not for a thread of Swift's pool: it would wait for itself.
enum BlockingTask {
    static func run(_ work: @escaping @Sendable () async -> Void) {
        let done = DispatchSemaphore(value: 0)
        Task {
            await work()
            done.signal()
        }
        done.wait()
    }
}
