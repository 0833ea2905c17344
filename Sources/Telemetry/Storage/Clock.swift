import Glibc

extension UnixNanos {
    /// The wall clock of this machine.
    package static func now() -> UnixNanos {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UnixNanos(rawValue: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
