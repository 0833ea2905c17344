/// Divides the time that gauges are looked at into slots of one length, so that what is kept of each has a limit.
struct GaugeSlots: Sendable {
    private let times: Range<UInt64>
    /// The length of each, in nanoseconds.
    let nanos: UInt64
    let count: Int

    /// - Parameters:
    ///   - times: nanoseconds since the Unix epoch, not empty
    ///   - countMax: no more slots than that
    ///   - nanosMin: none is shorter
    init(_ times: Range<UInt64>, countMax: UInt64, nanosMin: UInt64) {
        self.times = times
        let length = UInt64(times.count)
        nanos = max(nanosMin, (length + countMax - 1) / countMax)
        count = Int((length + nanos - 1) / nanos)
    }

    /// The slot of a time; nil of one that is not looked at.
    func slot(of time: UInt64) -> Int? {
        times.contains(time) ? Int((time - times.lowerBound) / nanos) : nil
    }

    /// Where a slot begins; of the number of slots, where the last one ends.
    func begin(of slot: Int) -> UInt64 { times.lowerBound + UInt64(slot) * nanos }

    func middle(of slot: Int) -> UInt64 { begin(of: slot) + nanos / 2 }
}
