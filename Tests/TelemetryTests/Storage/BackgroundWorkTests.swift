import CScheduling
import Testing

@testable import Telemetry

/// Whether the kernel lets a thread choose its slice: Linux 6.12 and later do.
private func kernelTakesSlices() -> Bool {
    let before = traceq_set_slice(50_000_000)
    defer { _ = traceq_set_slice(0) }
    return traceq_set_slice(50_000_000) == 50_000_000 && before != 50_000_000
}

private actor Worker {
    let executor: SerialExecutorQueue

    init(letsOthersPass: Bool) {
        executor = SerialExecutorQueue(label: "test", letsOthersPass: letsOthersPass)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// The slice of the thread that it runs on, which is the system's from then on.
    func slice() -> UInt64 { traceq_set_slice(0) }

    /// As `slice`, but as it is after the first turn of a job.
    func sliceAfterAPause() async -> UInt64 {
        await Task.yield()
        return traceq_set_slice(0)
    }
}

@Suite("Work in the background", .enabled(if: kernelTakesSlices()))
struct BackgroundWorkTests {
    @Test("work that nobody waits for has a long slice, so that whoever is woken comes before it")
    func longSlice() async {
        #expect(await Worker(letsOthersPass: true).slice() == 100_000_000)
    }

    @Test("each turn of a task that pauses has the long slice again")
    func afterAPause() async {
        #expect(await Worker(letsOthersPass: true).sliceAfterAPause() == 100_000_000)
    }

    @Test("other work has the system's slice, also on threads that did background work before")
    func usualSlice() async {
        // Dispatch gives the threads of one queue to the next.
        for _ in 0..<20 {
            _ = await Worker(letsOthersPass: true).slice()
            #expect(await Worker(letsOthersPass: false).slice() < 100_000_000)
        }
    }
}
