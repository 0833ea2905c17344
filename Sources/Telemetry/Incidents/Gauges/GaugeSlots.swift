/// Divides the time that gauges are looked at into slots, so that what is kept of each has a limit: those of the window and
/// of a day before it are of one length, however far back one looks; older ones are longer.
struct GaugeSlots: Sendable {
    /// Slots of one length that follow each other.
    private struct Part {
        var begin: UInt64
        var end: UInt64
        var nanos: UInt64
        var count: Int

        init(_ times: Range<UInt64>, countMax: UInt64, nanosMin: UInt64) {
            begin = times.lowerBound
            end = times.upperBound
            let length = end - begin
            nanos = max(nanosMin, (length + countMax - 1) / countMax)
            count = Int((length + nanos - 1) / nanos)
        }
    }

    private let older: Part
    private let recent: Part

    private static let recentNanosMin: UInt64 = 86_400_000_000_000

    /// - Parameters:
    ///   - times: nanoseconds since the Unix epoch, not empty
    ///   - since: where the window begins
    ///   - countMax: no more slots than that, and half as many older ones
    ///   - nanosMin: none is shorter
    init(_ times: Range<UInt64>, since: UInt64, countMax: UInt64, nanosMin: UInt64) {
        let since = min(max(since, times.lowerBound), times.upperBound)
        let before = max(times.upperBound - since, Self.recentNanosMin)
        let begin = since - min(before, since - times.lowerBound)
        older = Part(times.lowerBound..<begin, countMax: max(1, countMax / 2), nanosMin: nanosMin)
        recent = Part(begin..<times.upperBound, countMax: countMax, nanosMin: nanosMin)
    }

    var count: Int { older.count + recent.count }

    /// The length of those of the window, in nanoseconds.
    var nanos: UInt64 { recent.nanos }

    /// The slot of a time; nil of one that is not looked at.
    func slot(of time: UInt64) -> Int? {
        if time < recent.begin {
            return time >= older.begin ? Int((time - older.begin) / older.nanos) : nil
        }
        return time < recent.end ? older.count + Int((time - recent.begin) / recent.nanos) : nil
    }

    /// The time of a slot, in nanoseconds since the Unix epoch.
    func times(of slot: Int) -> Range<UInt64> {
        let part = slot < older.count ? older : recent
        let place = UInt64(slot < older.count ? slot : slot - older.count)
        let begin = part.begin + place * part.nanos
        return begin..<min(begin + part.nanos, part.end)
    }

    func middle(of slot: Int) -> UInt64 {
        let times = times(of: slot)
        return times.lowerBound + (times.upperBound - times.lowerBound) / 2
    }
}
