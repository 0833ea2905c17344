/// How far the clock of a node may be ahead of the clock of a node that asked it: a request lies within the one around
/// it, whatever the clocks say.
struct ClockPair: Sendable {
    /// By how much bounds may contradict each other: some nodes have clocks of whole milliseconds.
    static let toleranceNanos: Int64 = 2_500_000

    /// Inner minus outer, in nanoseconds: not below this …
    private(set) var lower = Int64.min
    /// … and not above this.
    private(set) var upper = Int64.max
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
        lower = max(lower, least)
        upper = min(upper, most)
        count += 1
        guesses.add(least &+ (most &- least) / 2)
    }

    mutating func merge(_ other: ClockPair) {
        lower = max(lower, other.lower)
        upper = min(upper, other.upper)
        count += other.count
        guesses.merge(other.guesses)
    }

    /// The best estimate and how far it may be off, in nanoseconds; nil when no pair tells anything.
    var estimate: (nanos: Int64, error: Int64, isSteady: Bool)? {
        guard count > 0 else { return nil }
        // Senders may say anything: nothing here may trap.
        let width = (upper &- lower).magnitude
        if lower <= upper {
            return (lower &+ Int64(clamping: width / 2), Int64(clamping: width / 2 &+ width % 2), true)
        }
        if width <= Self.toleranceNanos.magnitude {
            return (upper &+ Int64(clamping: width / 2), Int64(clamping: width / 2 &+ width % 2), true)
        }
        // A clock that drifts, or a child that is not waited for.
        let median = guesses.quantile(0.5) ?? 0
        let error = max((lower &- median).magnitude, (median &- upper).magnitude)
        return (median, Int64(clamping: error), false)
    }
}
