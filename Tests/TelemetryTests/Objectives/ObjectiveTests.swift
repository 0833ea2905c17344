import Testing

@testable import Telemetry

@Suite("3.2: service level objectives: figures, budgets for errors, and how fast they are spent")
struct ObjectiveTests {
    private static let minute: Int64 = 60_000_000_000
    private static let hour = 60 * minute
    private static let day = 24 * hour
    private static let end = UnixNanos(rawValue: 1_787_306_400_000_000_000)

    private func ago(_ nanos: Int64) -> UnixNanos { Self.end.advanced(byNanos: -nanos) }

    private func meter(_ objective: ServiceObjective, days: Int64 = 30) -> ObjectiveMeter {
        ObjectiveMeter(objective, end: Self.end, windowNanos: days * Self.day)
    }

    private let availability = ServiceObjective(
        name: "availability", indicator: .availability, statistic: .share, .atLeast, 0.9995)

    private func builtIn(_ indicator: ServiceIndicator) throws -> ServiceObjective {
        try #require(ObjectiveList.builtIn.objectives.first { $0.indicator == indicator })
    }

    /// So many events at a time.
    private func add(_ good: Int, _ bad: Int, ago nanos: Int64, to meter: inout ObjectiveMeter) {
        for _ in 0..<good { meter.add(isGood: true, at: ago(nanos)) }
        for _ in 0..<bad { meter.add(isGood: false, at: ago(nanos)) }
    }

    @Test("3.2: 99.95 % over 30 days are 21.6 minutes")
    func budgetInMinutes() {
        let budget = ErrorBudget(requiredShare: 0.9995, windowNanos: 30 * Self.day, counts: EventCounts())
        #expect(budget.wholeNanos == 21 * Self.minute + 36_000_000_000)
        #expect(budget.spent == 0 && budget.leftNanos == budget.wholeNanos)
    }

    @Test(
        "3.2: availability: at least 99.95 % is met by 9,995 of 10,000 and missed by 9,994",
        arguments: [
            (5, ObjectiveEvaluation.Verdict.met), (6, .missed),
        ])
    func availabilityBound(bad: Int, verdict: ObjectiveEvaluation.Verdict) {
        var meter = meter(availability)
        add(10_000 - bad, bad, ago: 10 * Self.day, to: &meter)
        let found = meter.evaluation
        #expect(found.verdict == verdict)
        #expect(found.counts == EventCounts(good: 10_000 - bad, bad: bad))
        #expect(found.isViolated == (verdict == .missed))
        #expect(abs((found.budget?.spent ?? 0) - Double(bad) / 5) < 1e-9)
        #expect(abs((found.budget?.allowedBad ?? 0) - 5) < 1e-9)
    }

    @Test(
        "3.2: a hit ratio above 98 % is not met by 98 %",
        arguments: [
            (19, ObjectiveEvaluation.Verdict.met), (20, .missed), (21, .missed),
        ])
    func hitRatio(misses: Int, verdict: ObjectiveEvaluation.Verdict) throws {
        var meter = meter(try builtIn(.hitRatio))
        add(1000 - misses, misses, ago: Self.hour, to: &meter)
        meter.leaveOut(at: ago(Self.hour))
        meter.leaveOut(at: ago(31 * Self.day))
        #expect(meter.evaluation.verdict == verdict)
        #expect(meter.evaluation.value == Double(1000 - misses) / 1000)
        #expect(meter.evaluation.leftOut == 1)
    }

    @Test("3.2: the mean latency is below 200 ms, whatever the parts are; it has no budget")
    func latency() throws {
        var meter = meter(try builtIn(.latency))
        for _ in 0..<19 { meter.add(nanos: 100_000_000, at: ago(1)) }
        #expect(meter.evaluation.verdict == .undecided)
        meter.add(nanos: 2_099_999_980, at: ago(Self.hour))
        let met = meter.evaluation
        #expect(met.verdict == .met && met.value == 199_999_999)
        #expect(met.budget == nil && met.burns.isEmpty)
        meter.add(nanos: 200_000_020, at: ago(Self.hour))
        #expect(meter.evaluation.value == 200_000_000)
        #expect(meter.evaluation.verdict == .missed && meter.evaluation.isViolated)
    }

    @Test("3.2: throughput is all bytes by all seconds, of answers that are large enough")
    func throughput() throws {
        var meter = meter(try builtIn(.throughput))
        // 20 MB in 1 s, and 2 MB in 1.2 s: 22 MB in 2.2 s, and not the mean of 20 and 1.67 MB/s.
        for _ in 0..<10 {
            meter.add(bytes: 20_000_000, nanos: 1_000_000_000, at: ago(1))
            meter.add(bytes: 2_000_000, nanos: 1_200_000_000, at: ago(1))
            meter.add(bytes: 1_048_575, nanos: 10_000_000_000, at: ago(1))
            meter.add(bytes: 2_000_000, nanos: 0, at: ago(1))
        }
        let found = meter.evaluation
        #expect(found.counts.total == 20)
        #expect(abs((found.value ?? 0) - 10_000_000) < 1e-3)
        meter.add(bytes: 2_000_000, nanos: 10_000_000_000, at: ago(1))
        #expect(meter.evaluation.verdict == .missed)
    }

    @Test(
        "3.2: visibility lag: 95 of 100 below 30 s are enough; the budget is the other five",
        arguments: [
            (5, ObjectiveEvaluation.Verdict.met), (6, .missed),
        ])
    func visibilityLag(late: Int, verdict: ObjectiveEvaluation.Verdict) throws {
        var meter = meter(try builtIn(.visibilityLag))
        for _ in 0..<(100 - late) { meter.add(nanos: 29_999_999_999, at: ago(Self.day)) }
        for _ in 0..<late { meter.add(nanos: 30_000_000_000, at: ago(Self.day)) }
        let found = meter.evaluation
        #expect(found.verdict == verdict)
        #expect(abs((found.value ?? 0) / 30e9 - 1) < 0.01)
        #expect(abs((found.budget?.spent ?? 0) - Double(late) / 5) < 1e-9)
    }

    @Test("a quantile of what should be large bounds the small ones")
    func lowQuantile() {
        let objective = ServiceObjective(
            name: "x", indicator: .throughput, statistic: .quantile(0.05), .atLeast, 1000)
        #expect(objective.requiredShare == 0.95)
        var meter = meter(objective)
        for _ in 0..<95 { meter.add(bytes: 1000, nanos: 1_000_000_000, at: ago(1)) }
        for _ in 0..<5 { meter.add(bytes: 999, nanos: 1_000_000_000, at: ago(1)) }
        #expect(meter.evaluation.verdict == .met)
        meter.add(bytes: 999, nanos: 1_000_000_000, at: ago(1))
        #expect(meter.evaluation.verdict == .missed)
    }

    @Test(
        "fewer than 20 events decide nothing",
        arguments: [
            (19, ObjectiveEvaluation.Verdict.undecided), (20, .missed),
        ])
    func tooFew(events: Int, verdict: ObjectiveEvaluation.Verdict) {
        var meter = meter(availability)
        add(0, events, ago: 10 * Self.day, to: &meter)
        #expect(meter.evaluation.verdict == verdict)
        let nothing = self.meter(availability).evaluation
        #expect(nothing.verdict == .undecided && nothing.value == nil && nothing.counts.total == 0)
    }

    @Test("the window has its begin and not its end")
    func windowEnds() {
        var timeline = EventTimeline(end: Self.end, nanos: 5 * Self.minute)
        let lengths = [0, 1, 5 * Self.minute, 5 * Self.minute + 1, -1]
        var taken = lengths.map { timeline.add(isGood: true, at: ago($0)) }
        #expect(taken == [false, true, true, false, false])
        #expect(timeline.counts.total == 2)
        #expect(timeline.counts(last: Self.minute).total == 1)
        #expect(timeline.counts(last: 0).total == 0)
        taken = [UnixNanos.distantPast, .distantFuture].map { timeline.add(isGood: true, at: $0) }
        #expect(taken == [false, false])
    }

    @Test("3.2: over 30 days, budgets are spent too fast at 14.4, 6 and 1 times the rate")
    func factors() {
        let factors = BurnRule.usual.map { $0.factor(windowNanos: 30 * Self.day) }
        for (factor, expected) in zip(factors, [14.4, 6, 1]) { #expect(abs(factor - expected) < 1e-9) }
        #expect(BurnRule.usual.map(\.longNanos) == [Self.hour, 6 * Self.hour, 72 * Self.hour])
        #expect(BurnRule.usual.map(\.shortNanos) == [5 * Self.minute, 30 * Self.minute, 6 * Self.hour])
        #expect(BurnRule.usual.map(\.severity) == [.page, .page, .ticket])
    }

    @Test(
        "3.2: 1 h and 5 min: above 14.4 times in both windows somebody has to look now",
        arguments: [
            (72, false), (73, true),
        ])
    func fastBurn(bad: Int, isFiring: Bool) throws {
        // 0.72 % of bad ones is 14.4 times what 99.95 % allows.
        var meter = meter(availability)
        add(10_000 - bad, bad, ago: 1, to: &meter)
        let reading = try #require(meter.evaluation.burns.first)
        #expect(abs((reading.long ?? 0) - Double(bad) / 5) < 1e-9)
        #expect(reading.isFiring == isFiring)
    }

    @Test("3.2: what was bad an hour ago and is good now raises nothing, and neither does a moment")
    func bothWindows() throws {
        var over = meter(availability)
        add(0, 1000, ago: 30 * Self.minute, to: &over)
        add(1000, 0, ago: 1, to: &over)
        let past = try #require(over.evaluation.burns.first)
        #expect(!past.isFiring && past.short == 0 && (past.long ?? 0) > 14.4)
        // The slower rule looks at half an hour.
        #expect(over.evaluation.burns[1].isFiring)
        var moment = meter(availability)
        add(100_000, 0, ago: 30 * Self.minute, to: &moment)
        add(0, 20, ago: 1, to: &moment)
        let now = try #require(moment.evaluation.burns.first)
        #expect(!now.isFiring && (now.short ?? 0) > 14.4 && (now.long ?? 0) < 14.4)
    }

    @Test("3.2: slow burning makes a ticket, and violates nothing by itself")
    func slowBurn() {
        var meter = meter(availability)
        // A little more than allowed for three days, after 27 days without any.
        add(100_000, 0, ago: 20 * Self.day, to: &meter)
        for hours in 0..<72 { add(999, 1, ago: Int64(hours) * Self.hour + 1, to: &meter) }
        let found = meter.evaluation
        #expect(found.burns.map(\.isFiring) == [false, false, true])
        #expect(found.verdict == .met && !found.isViolated)
    }

    @Test("few events in a window raise nothing", arguments: [(19, false), (20, true)])
    func fewEventsBurn(events: Int, isFiring: Bool) {
        var meter = meter(availability)
        add(0, events, ago: 1, to: &meter)
        #expect(meter.evaluation.burns.first?.isFiring == isFiring)
        #expect(self.meter(availability).evaluation.burns.allSatisfy { !$0.isFiring && $0.long == nil })
    }

    @Test(
        "windows that are shorter than a rule's have less rules, and what is allowed all the time raises nothing"
    )
    func shortWindow() {
        let burns = meter(availability, days: 1).evaluation.burns
        #expect(burns.map(\.rule.longNanos) == [Self.hour, 6 * Self.hour])
        #expect(burns.map(\.factor) == [1, 1])
        let week = meter(availability, days: 7).evaluation.burns.map(\.factor)
        for (factor, expected) in zip(week, [3.36, 1.4, 1]) { #expect(abs(factor - expected) < 1e-9) }
    }

    @Test("budgets that are overdrawn a thousand times are counted")
    func overdrawn() {
        let budget = ErrorBudget(
            requiredShare: 0.999999, windowNanos: 90 * Self.day, counts: EventCounts(good: 0, bad: 10))
        #expect(budget.spent > 999_000)
        #expect(budget.leftNanos < 0)
    }

    @Test("every indicator says what it counts, and which requests it is about")
    func definitions() {
        #expect(Set(ServiceIndicator.allCases.map(\.definition)).count == ServiceIndicator.allCases.count)
        for indicator in ServiceIndicator.allCases {
            #expect(indicator.usualKinds.allSatisfy(indicator.kinds.contains))
        }
    }
}
