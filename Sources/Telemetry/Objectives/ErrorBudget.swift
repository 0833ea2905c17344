/// How many events may be bad over a window without missing an objective, and how many were.
package struct ErrorBudget: Hashable, Sendable {
    /// Which part of all events has to be good; above 0 and below 1.
    package let requiredShare: Double
    package let windowNanos: Int64
    package let counts: EventCounts

    package init(requiredShare: Double, windowNanos: Int64, counts: EventCounts) {
        self.requiredShare = requiredShare
        self.windowNanos = windowNanos
        self.counts = counts
    }

    /// Which part of all events may be bad.
    package var allowedShare: Double { 1 - requiredShare }

    /// Of as many events as there were.
    package var allowedBad: Double { allowedShare * Double(counts.total) }

    /// Which part of the budget is gone: 1 is all of it, 2 twice as much as there was. 0 without events.
    package var spent: Double { counts.badShare.map { $0 / allowedShare } ?? 0 }

    /// The whole of it as time in which everything fails: of 99.95 % over 30 days 21.6 minutes. Nanoseconds.
    package var wholeNanos: Int64 { Int64((Double(windowNanos) * allowedShare).rounded()) }

    /// What is left of it, likewise; negative when more is gone than there was.
    package var leftNanos: Int64 {
        let left = (Double(wholeNanos) * (1 - spent)).rounded()
        return Int64(exactly: left) ?? (left < 0 ? .min : .max)
    }
}
