/// When a budget for errors is spent too fast: over a long window, so that it matters, and over a short one as well, so that
/// it is still going on (sre.google/workbook/alerting-on-slos, "Multiwindow, Multi-Burn-Rate Alerts").
package struct BurnRule: Hashable, Sendable {
    package enum Severity: String, Sendable {
        /// Somebody has to look now.
        case page
        /// Somebody has to look in the next days.
        case ticket
    }

    package var severity: Severity
    /// Nanoseconds.
    package var longNanos: Int64
    package var shortNanos: Int64
    /// Which part of the whole budget may go in the long window.
    package var budgetShare: Double

    /// How many times as fast as just allowed: over a window of 30 days 14.4, 6 and 1. Of a short window the part of the
    /// budget may be less than what may go all the time, which is not too fast.
    package func factor(windowNanos: Int64) -> Double {
        max(1, budgetShare * Double(windowNanos) / Double(longNanos))
    }

    private static let minute: Int64 = 60_000_000_000
    private static let hour: Int64 = 3_600_000_000_000

    package static let usual = [
        BurnRule(severity: .page, longNanos: hour, shortNanos: 5 * minute, budgetShare: 0.02),
        BurnRule(severity: .page, longNanos: 6 * hour, shortNanos: 30 * minute, budgetShare: 0.05),
        BurnRule(severity: .ticket, longNanos: 72 * hour, shortNanos: 6 * hour, budgetShare: 0.1),
    ]
}

/// What a rule finds.
package struct BurnReading: Hashable, Sendable {
    package let rule: BurnRule
    /// From which rate on, in both windows, it is too fast.
    package let factor: Double
    /// How fast the budget goes: 1 is as fast as just allowed. Nil without events.
    package let long: Double?
    package let short: Double?
    /// Whether it is too fast. Few events say nothing: of ten requests at night one may fail.
    package let isFiring: Bool

    init(
        _ rule: BurnRule, _ timeline: EventTimeline, allowedShare: Double, windowNanos: Int64, eventsMin: Int
    ) {
        self.rule = rule
        factor = rule.factor(windowNanos: windowNanos)
        let longCounts = timeline.counts(last: rule.longNanos)
        long = longCounts.badShare.map { $0 / allowedShare }
        short = timeline.counts(last: rule.shortNanos).badShare.map { $0 / allowedShare }
        // A rate that is the factor is not too fast yet, whatever the last digit of a quotient is.
        let bound = factor * (1 + 1e-9)
        isFiring = longCounts.total >= eventsMin && (long ?? 0) > bound && (short ?? 0) > bound
    }
}
