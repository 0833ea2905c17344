/// Good and bad events.
package struct EventCounts: Hashable, Sendable {
    package var good = 0
    package var bad = 0

    package init(good: Int = 0, bad: Int = 0) {
        self.good = good
        self.bad = bad
    }

    package var total: Int { good + bad }

    /// Nil without any.
    package var badShare: Double? { total > 0 ? Double(bad) / Double(total) : nil }
}

/// When good and bad events were, by minutes before the end of a window.
package struct EventTimeline: Sendable {
    static let minuteNanos: Int64 = 60_000_000_000

    package let end: UnixNanos
    /// The first is the last minute.
    private var minutes: [EventCounts]

    /// - Parameter nanos: how long before the end it begins; a part of a minute counts as one
    package init(end: UnixNanos, nanos: Int64) {
        self.end = end
        let (count, rest) = max(nanos, 0).quotientAndRemainder(dividingBy: Self.minuteNanos)
        minutes = [EventCounts](repeating: EventCounts(), count: Int(count) + (rest > 0 ? 1 : 0))
    }

    /// - Returns: whether it lies in the window
    @discardableResult
    package mutating func add(isGood: Bool, at time: UnixNanos) -> Bool {
        guard let minute = minute(of: time) else { return false }
        if isGood { minutes[minute].good += 1 } else { minutes[minute].bad += 1 }
        return true
    }

    /// Takes in what another one has.
    ///
    /// - Precondition: both have the same window
    mutating func merge(_ other: EventTimeline) {
        for minute in other.minutes.indices {
            minutes[minute].good += other.minutes[minute].good
            minutes[minute].bad += other.minutes[minute].bad
        }
    }

    /// - Returns: whether a time lies in the window
    func contains(_ time: UnixNanos) -> Bool { minute(of: time) != nil }

    /// The end itself is outside.
    private func minute(of time: UnixNanos) -> Int? {
        guard time < end else { return nil }
        let (before, overflow) = end.rawValue.subtractingReportingOverflow(time.rawValue)
        guard !overflow else { return nil }
        let minute = Int((before - 1) / Self.minuteNanos)
        return minute < minutes.count ? minute : nil
    }

    /// What was in the last so many nanoseconds; a part of a minute counts as one.
    package func counts(last nanos: Int64) -> EventCounts {
        let (count, rest) = max(nanos, 0).quotientAndRemainder(dividingBy: Self.minuteNanos)
        var sum = EventCounts()
        for minute in minutes.prefix(Int(count) + (rest > 0 ? 1 : 0)) {
            sum.good += minute.good
            sum.bad += minute.bad
        }
        return sum
    }

    package var counts: EventCounts { counts(last: .max) }
}
