/// The time by which spans are too old: that of the wall clock for as long as it moves as time does.
///
/// Deletion by age must not follow a wall clock that jumps ahead, by a mistake of whoever sets it or at the start of
/// a machine whose own clock has lost the time: all that is stored would be too old at once. Beside the wall clock
/// goes a steady one that nobody sets. When the wall clock is ahead of it, time goes on from before as the steady
/// clock does, until the wall clock is back, or is *confirmed*: it has kept its time for an hour, and spans come in
/// that started about now. At a start what was stored last says what time it was.
struct RetentionClock: Sendable {
    /// What there is to tell.
    enum News: Hashable, Sendable {
        /// The wall clock is ahead of the time that is gone by from now on.
        case ahead(wall: UnixNanos, expected: UnixNanos)
        /// The wall clock is right after all, or is back.
        case agrees(wall: UnixNanos)
    }

    /// What the clocks show at one moment.
    struct Reading: Sendable {
        var wall: UnixNanos
        var steady: MonotonicNanos

        /// What the wall clock showed when the steady one was at 0.
        fileprivate var zero: UnixNanos { wall.advanced(byNanos: -steady) }
    }

    /// A wall clock that is ahead, and since when it shows this time.
    private struct Doubt: Sendable {
        var since: MonotonicNanos
        var zero: UnixNanos
    }

    /// An hour: a machine that starts with a wrong time has found the right one by then, if it ever does.
    static let holdNanos: MonotonicNanos = 3_600_000_000_000
    /// An hour: senders' clocks differ, and requests take their time.
    static let agreementNanos: Int64 = 3_600_000_000_000

    /// How far the wall clock may be ahead at once: spans may go so much too early.
    private let toleranceNanos: Int64
    private var zero: UnixNanos
    private var doubt: Doubt?

    /// Whether the wall clock is ahead, so that what comes in may confirm it.
    var isDoubtful: Bool { doubt != nil }

    /// - Parameters:
    ///   - retainNanos: how long spans are kept
    ///   - lastKnown: when something was stored last; nil when nothing is stored
    init(retainNanos: Int64, lastKnown: UnixNanos?, _ reading: Reading) {
        toleranceNanos = min(retainNanos / 4, 60_000_000_000)
        zero = reading.zero
        // A collector that did not run over night is nothing special.
        let pauseNanosMax = min(retainNanos / 8, 43_200_000_000_000)
        guard let lastKnown, reading.wall > lastKnown.advanced(byNanos: pauseNanosMax) else { return }
        zero = Reading(wall: lastKnown, steady: reading.steady).zero
    }

    /// The time by which spans are too old.
    /// - Returns: also what changed since it was asked last
    mutating func time(_ reading: Reading) -> (time: UnixNanos, news: News?) {
        guard reading.zero > zero.advanced(byNanos: toleranceNanos) else {
            return (reading.wall, agree(reading))
        }
        let expected = zero.advanced(byNanos: reading.steady)
        guard let known = doubt else {
            doubt = Doubt(since: reading.steady, zero: reading.zero)
            return (expected, .ahead(wall: reading.wall, expected: expected))
        }
        if !isNear(reading.zero, known.zero, toleranceNanos) {
            doubt = Doubt(since: reading.steady, zero: reading.zero)
        }
        return (expected, nil)
    }

    /// Hears of spans that came in: they confirm a wall clock that has kept its time for long enough.
    /// - Parameter starts: the last start of each request
    mutating func hear(_ starts: some Sequence<UnixNanos>, _ reading: Reading) -> News? {
        guard let doubt, reading.steady - doubt.since >= Self.holdNanos,
            isNear(reading.zero, doubt.zero, toleranceNanos),
            starts.contains(where: { isNear($0, reading.wall, Self.agreementNanos) })
        else { return nil }
        return agree(reading)
    }

    private mutating func agree(_ reading: Reading) -> News? {
        defer { doubt = nil }
        zero = reading.zero
        return doubt == nil ? nil : .agrees(wall: reading.wall)
    }

    private func isNear(_ one: UnixNanos, _ other: UnixNanos, _ nanos: Int64) -> Bool {
        one <= other.advanced(byNanos: nanos) && other <= one.advanced(byNanos: nanos)
    }
}
