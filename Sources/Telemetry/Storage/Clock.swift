import Glibc

extension UnixNanos {
    /// The wall clock of this machine.
    package static func now() -> UnixNanos {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UnixNanos(rawValue: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

/// Nanoseconds on a clock that never goes back and has no meaning but differences.
typealias MonotonicNanos = Int64

func monotonicNanos() -> MonotonicNanos {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicNanos(time.tv_sec) * 1_000_000_000 + MonotonicNanos(time.tv_nsec)
}

/// The same, and it goes on while the machine sleeps.
func steadyNanos() -> MonotonicNanos {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return MonotonicNanos(time.tv_sec) * 1_000_000_000 + MonotonicNanos(time.tv_nsec)
}

/// How long the processor has worked for the calling thread, in nanoseconds.
func threadCPUNanos() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
