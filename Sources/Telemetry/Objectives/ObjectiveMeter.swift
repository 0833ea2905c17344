/// Takes what one objective is about, one after another, and says in the end whether it was kept.
package struct ObjectiveMeter: Sendable {
    package let objective: ServiceObjective
    private let windowNanos: Int64
    private var timeline: EventTimeline
    private var values = DurationSketch()
    private var sum = 0.0
    private var weight = 0.0
    private var leftOut = 0

    /// - Parameters:
    ///   - end: of the window; not in it
    ///   - windowNanos: how long the window is
    package init(_ objective: ServiceObjective, end: UnixNanos, windowNanos: Int64) {
        self.objective = objective
        self.windowNanos = windowNanos
        timeline = EventTimeline(end: end, nanos: windowNanos)
    }

    /// Takes an event that is good or bad.
    package mutating func add(isGood: Bool, at time: UnixNanos) {
        guard timeline.add(isGood: isGood, at: time) else { return }
        sum += isGood ? 1 : 0
        weight += 1
    }

    /// Takes a duration.
    package mutating func add(nanos: Int64, at time: UnixNanos) {
        add(Double(max(nanos, 0)), weight: 1, at: time)
    }

    /// Takes an answer of so many bytes. What took no time that a clock shows has no throughput.
    package mutating func add(bytes: Int64, nanos: Int64, at time: UnixNanos) {
        guard nanos > 0, bytes >= objective.bytesMin else { return }
        let seconds = Double(nanos) / 1e9
        add(Double(max(bytes, 0)) / seconds, weight: seconds, at: time)
    }

    private mutating func add(_ value: Double, weight: Double, at time: UnixNanos) {
        guard timeline.add(isGood: objective.holds(value), at: time) else { return }
        sum += value * weight
        self.weight += weight
        values.add(Int64(exactly: value.rounded()) ?? .max)
    }

    /// Counts what would belong to it if more were known of it.
    package mutating func leaveOut(at time: UnixNanos) {
        if timeline.contains(time) { leftOut += 1 }
    }

    /// Takes in what another one has.
    ///
    /// - Precondition: both are for the same objective and the same window
    mutating func merge(_ other: ObjectiveMeter) {
        timeline.merge(other.timeline)
        values.merge(other.values)
        sum += other.sum
        weight += other.weight
        leftOut += other.leftOut
    }

    package var evaluation: ObjectiveEvaluation {
        let counts = timeline.counts
        let budget = objective.requiredShare.map {
            ErrorBudget(requiredShare: $0, windowNanos: windowNanos, counts: counts)
        }
        let burns = budget.map { budget in
            BurnRule.usual.filter { $0.longNanos <= windowNanos }.map {
                BurnReading(
                    $0, timeline, allowedShare: budget.allowedShare, windowNanos: windowNanos,
                    eventsMin: ObjectiveEvaluation.eventsMin)
            }
        }
        return ObjectiveEvaluation(
            objective: objective, counts: counts, leftOut: leftOut, value: value, budget: budget,
            burns: burns ?? [])
    }

    private var value: Double? {
        switch objective.statistic {
        case .mean, .share: weight > 0 ? sum / weight : nil
        case .quantile(let quantile): values.quantile(quantile).map(Double.init)
        }
    }
}
