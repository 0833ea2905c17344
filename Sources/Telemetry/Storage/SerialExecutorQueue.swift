import CScheduling
package import Dispatch

/// Runs an actor's work on a thread of its own, one piece after another: what blocks (a commit waits for
/// the disk) or computes for long (sealing) stays off the cooperative threads.
package final class SerialExecutorQueue: SerialExecutor {
    private let queue: DispatchQueue
    private let letsOthersPass: Bool

    /// - Parameter letsOthersPass: for work of many milliseconds that nobody waits for: see `runLettingOthersPass`
    package init(label: String, qos: DispatchQoS = .default, letsOthersPass: Bool = false) {
        queue = DispatchQueue(label: label, qos: qos)
        self.letsOthersPass = letsOthersPass
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            if self.letsOthersPass {
                self.runLettingOthersPass(job)
            } else {
                unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
            }
        }
    }

    /// The longest slice that Linux takes: 100 ms.
    private static let longSliceNanos: UInt64 = 100_000_000

    /// Lets threads that are woken meanwhile have the processor at once. Otherwise Linux has them wait until the slice of
    /// the one that runs is over: where two processors are busy, for 3 ms, three times as long as a request needs to be
    /// committed. With long slices a thread gets as much time as with short ones, but its turn comes later.
    private func runLettingOthersPass(_ job: UnownedJob) {
        _ = traceq_set_slice(Self.longSliceNanos)
        // The thread is Dispatch's, and may do something else next.
        defer { _ = traceq_set_slice(0) }
        unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    }

    /// Runs something on the thread, after what was asked for before. An actor may take it for its own
    /// (`assumeIsolated`).
    func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
