import Dispatch

/// Runs an actor's work on a thread of its own, one piece after another: what blocks (a commit waits for
/// the disk) or computes for long (sealing) stays off the cooperative threads.
final class SerialExecutorQueue: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String, qos: DispatchQoS = .default) { queue = DispatchQueue(label: label, qos: qos) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }
}
