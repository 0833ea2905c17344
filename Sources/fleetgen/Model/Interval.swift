/// A stretch of time in nanoseconds since the Unix epoch, UTC; the end is never before the start.
struct Interval: Hashable, Sendable {
    var start: UInt64
    var end: UInt64

    init(start: UInt64, end: UInt64) {
        self.start = start
        self.end = max(start, end)
    }

    init(start: UInt64, milliseconds: Double) {
        self.init(start: start, end: start + UInt64(milliseconds: milliseconds))
    }

    var nanoseconds: UInt64 { end - start }

    var milliseconds: Double { Double(nanoseconds) / 1e6 }
}

extension UInt64 {
    /// Nanoseconds of a duration that is given in milliseconds; a negative one counts as none.
    init(milliseconds: Double) {
        self = UInt64(Swift.max(0, milliseconds) * 1e6)
    }

    /// Nanoseconds of a duration that is given in seconds; a negative one counts as none.
    init(seconds: Double) {
        self = UInt64(Swift.max(0, seconds) * 1e9)
    }
}
