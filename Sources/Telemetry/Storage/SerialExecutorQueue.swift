package import Dispatch

/// Runs an actor's work on a thread of its own, one piece after another: what blocks (a commit waits for
/// the disk) or computes for long (sealing) stays off the cooperative threads.
package final class SerialExecutorQueue: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String, qos: DispatchQoS = .default) { queue = DispatchQueue(label: label, qos: qos) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Runs something on the thread, after what was asked for before. An actor may take it for its own
    /// (`assumeIsolated`).
    func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
