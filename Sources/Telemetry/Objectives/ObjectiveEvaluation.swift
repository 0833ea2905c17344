/// What became of an objective.
package struct ObjectiveEvaluation: Sendable {
    package enum Verdict: String, Sendable {
        case met
        case missed
        /// There is too little to say it: fewer than `eventsMin`.
        case undecided
    }

    /// With less than this, chance decides.
    package static let eventsMin = 20

    package let objective: ServiceObjective
    /// What was measured. Of a mean, too, though nothing follows from how many of its parts are good.
    package let counts: EventCounts
    /// What would belong to it if more were known of it.
    package let leftOut: Int
    /// The figure, in the indicator's unit: a quantile within 1 %. Nil when nothing was measured.
    package let value: Double?
    /// Nil for a mean.
    package let budget: ErrorBudget?
    package let burns: [BurnReading]

    package var verdict: Verdict {
        guard counts.total >= Self.eventsMin, let value else { return .undecided }
        let isMet =
            switch objective.statistic {
            case .mean: objective.holds(value)
            case .share: objective.holds(Double(counts.good) / Double(counts.total))
            // Counted, and so exact.
            case .quantile: Double(counts.good) >= (objective.requiredShare ?? 0) * Double(counts.total)
            }
        return isMet ? .met : .missed
    }

    /// The most urgent of what is spent too fast.
    package var alert: BurnRule.Severity? {
        let firing = burns.filter(\.isFiring).map(\.rule.severity)
        return firing.contains(.page) ? .page : firing.first
    }

    /// Whether it was missed, or will be soon at this rate.
    package var isViolated: Bool {
        verdict == .missed || alert == .page
    }
}
