import Glibc

/// The machine's clock.
enum WallClock {
    /// Nanoseconds since the Unix epoch, UTC.
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
