/// How far the clock of a node may be ahead of the clock of a node that asked it: a request lies within the one around
/// it, whatever the clocks say.
struct ClockPair: Sendable {
    /// By how much bounds may contradict each other: some nodes have clocks of whole milliseconds.
    static let toleranceNanos: Int64 = 2_500_000

    /// What is further than this from the median of all is the time of a span that is wrong, and not of a clock: no clock
    /// drifts by a minute while it is looked at.
    static let absurdNanos: Int64 = 60_000_000_000
    /// So many pairs have to say that two clocks are further apart than that.
    static let supportMin = 3
    /// So many bounds are kept, and as many wrong ones do no harm.
    private static let boundsMax = 8

    /// Inner minus outer, in nanoseconds: not below these, the greatest first …
    private var lowers: [Int64] = []
    /// … and not above these, the least first.
    private var uppers: [Int64] = []
    private(set) var count = 0
    /// What each pair says by itself, were the way there as long as the way back.
    private var guesses = SignedSketch()

    /// Whether both ends of an exchange mean what they say: who gave up has ended before who goes on.
    static func isSteady(_ exchange: Exchange) -> Bool {
        exchange.httpStatus >= 200 && exchange.httpStatus < 499
            && exchange.outcome != RequestOutcome.aborted.rawValue
            && exchange.outcome != RequestOutcome.timeout.rawValue
    }

    mutating func add(outer: Exchange, inner: Exchange) {
        // What goes on after who asked for it has ended tells nothing.
        guard inner.durationNanos <= outer.durationNanos else { return }
        let least = Int64(clamping: inner.end) &- Int64(clamping: outer.end)
        let most = Int64(clamping: inner.start) &- Int64(clamping: outer.start)
        addLower(least)
        addUpper(most)
        count += 1
        guesses.add(least &+ (most &- least) / 2)
    }

    private mutating func addLower(_ bound: Int64) {
        if lowers.count == Self.boundsMax {
            guard bound > lowers[Self.boundsMax - 1] else { return }
            lowers.removeLast()
        }
        lowers.insert(bound, at: lowers.firstIndex { $0 < bound } ?? lowers.count)
    }

    private mutating func addUpper(_ bound: Int64) {
        if uppers.count == Self.boundsMax {
            guard bound < uppers[Self.boundsMax - 1] else { return }
            uppers.removeLast()
        }
        uppers.insert(bound, at: uppers.firstIndex { $0 > bound } ?? uppers.count)
    }

    mutating func merge(_ other: ClockPair) {
        for bound in other.lowers { addLower(bound) }
        for bound in other.uppers { addUpper(bound) }
        count += other.count
        guesses.merge(other.guesses)
    }

    /// The best estimate and how far it may be off, in nanoseconds; nil when no pair tells anything, or too few tell of
    /// clocks that are far apart.
    var estimate: (nanos: Int64, error: Int64, isSteady: Bool)? {
        guard let found = closest,
            count >= Self.supportMin || found.nanos.magnitude <= Self.absurdNanos.magnitude
        else { return nil }
        return found
    }

    private var closest: (nanos: Int64, error: Int64, isSteady: Bool)? {
        guard count > 0 else { return nil }
        let median = guesses.quantile(0.5) ?? 0
        // The sketch is within 1 %.
        let room = Self.absurdNanos + Int64(clamping: median.magnitude / 50)
        let (highest, highOverflow) = median.addingReportingOverflow(room)
        let (lowest, lowOverflow) = median.subtractingReportingOverflow(room)
        let lower = lowers.first { $0 <= (highOverflow ? .max : highest) }
        let upper = uppers.first { $0 >= (lowOverflow ? .min : lowest) }
        // More are wrong than are kept: the middle one is right all the same, if any is.
        guard let lower, let upper else { return (median, room, false) }
        // Senders may say anything: nothing here may trap.
        let width = (upper &- lower).magnitude
        if lower <= upper {
            return (lower &+ Int64(clamping: width / 2), Int64(clamping: width / 2 &+ width % 2), true)
        }
        if width <= Self.toleranceNanos.magnitude {
            return (upper &+ Int64(clamping: width / 2), Int64(clamping: width / 2 &+ width % 2), true)
        }
        // A clock that drifts, or a child that is not waited for.
        let error = max((lower &- median).magnitude, (median &- upper).magnitude)
        return (median, Int64(clamping: error), false)
    }
}
