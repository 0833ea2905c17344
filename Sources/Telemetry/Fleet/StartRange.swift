import OTLPModel

/// When the spans of a window begin: from the first to the last, but for those of clocks that were never set.
struct StartRange: Sendable {
    /// Nanoseconds since the Unix epoch, 2010-01-01: nothing that has traces began before. A span of 1970 is of a clock that
    /// begins there when power comes, or has no start at all.
    static let believableMin: UInt64 = 1_262_304_000_000_000_000

    private var least = UInt64.max
    private var most = UInt64.min
    private var leastOfAll = UInt64.max
    /// How many are before what can be.
    private(set) var unset = 0

    /// Nanoseconds since the Unix epoch; nil of nothing. Where nothing is believable, the first of all.
    var first: UInt64? { least != .max ? least : leastOfAll != .max ? leastOfAll : nil }
    var last: UInt64? { first.map { max($0, most) } }

    @inline(__always)
    mutating func add(_ start: UInt64) {
        if start >= Self.believableMin {
            least = min(least, start)
        } else {
            unset += 1
            leastOfAll = min(leastOfAll, start)
        }
        most = max(most, start)
    }

    mutating func merge(_ other: StartRange) {
        least = min(least, other.least)
        most = max(most, other.most)
        leastOfAll = min(leastOfAll, other.leastOfAll)
        unset += other.unset
    }

    /// What is to be said of rates over an open window.
    /// - Parameter noun: of what begins: span, request
    func notes(_ window: TimeWindow, _ noun: String) -> [QualityNote] {
        guard window.since == .distantPast, unset > 0, least != .max else { return [] }
        return [
            QualityNote(
                code: "unset_clock",
                message:
                    "\(HumanUnits.count(unset, noun)) of before 2010 \(unset == 1 ? "is" : "are") of a clock that was not set: "
                    + "rates are over the time from the first one after that")
        ]
    }
}

extension TimeWindow {
    /// The time that rates are per, in nanoseconds: the window, or where it is open what starts in it.
    func rateNanos(_ starts: StartRange) -> Int64 {
        let start = since == .distantPast ? starts.first.map { UnixNanos(clamping: $0) } ?? since : since
        let end = until == .distantFuture ? starts.last.map { UnixNanos(clamping: $0) } ?? until : until
        let (nanos, overflow) = end.rawValue.subtractingReportingOverflow(start.rawValue)
        return overflow ? .max : max(nanos, 1)
    }
}
