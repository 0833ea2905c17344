/// A service level objective: what is promised of a figure over a window.
package struct ServiceObjective: Hashable, Sendable {
    /// How a figure is made of many.
    package enum Statistic: Hashable, Sendable {
        /// Of throughput: all bytes by all seconds.
        case mean
        /// A quantile, from 0 to 1: at least this part lies at or below it.
        case quantile(Double)
        /// The part that is good.
        case share
    }

    package enum Relation: String, CaseIterable, Sendable {
        case below
        case atMost = "at_most"
        case above
        case atLeast = "at_least"

        /// Whether it bounds from above.
        package var isUpper: Bool { self == .below || self == .atMost }

        /// `below`, `at most`.
        package var words: String { rawValue.replacing("_", with: " ") }
    }

    /// What a hit ratio counts.
    package enum Counted: String, CaseIterable, Sendable {
        case requests
        /// A version is a hit when none of the requests of one client for its files was a miss. One cold version is one
        /// miss, and not one of three.
        case versions
    }

    package var name: String
    package var indicator: ServiceIndicator
    package var statistic: Statistic
    package var relation: Relation
    /// In the indicator's unit.
    package var limit: Double
    package var kinds: [ModuleKind]
    /// Smaller answers do not count.
    package var bytesMin: Int64
    package var counted: Counted

    package init(
        name: String, indicator: ServiceIndicator, statistic: Statistic, _ relation: Relation,
        _ limit: Double,
        kinds: [ModuleKind]? = nil, bytesMin: Int64 = 0, counted: Counted = .requests
    ) {
        self.name = name
        self.indicator = indicator
        self.statistic = statistic
        self.relation = relation
        self.limit = limit
        self.kinds = kinds ?? indicator.usualKinds
        self.bytesMin = bytesMin
        self.counted = counted
    }

    /// Whether a figure is within the objective.
    package func holds(_ value: Double) -> Bool {
        switch relation {
        case .below: value < limit
        case .atMost: value <= limit
        case .above: value > limit
        case .atLeast: value >= limit
        }
    }

    /// Which part of all has to be good, from 0 to 1; nil for a mean, which says nothing of its parts: it has no budget for
    /// errors.
    package var requiredShare: Double? {
        switch statistic {
        case .mean: nil
        case .share: limit
        case .quantile(let quantile): indicator.isLowGood ? quantile : 1 - quantile
        }
    }
}

/// What is promised of a service.
package struct ObjectiveList: Hashable, Sendable {
    /// How far back figures go: nanoseconds, from a day to 90 days.
    package var windowNanos: Int64
    package var objectives: [ServiceObjective]

    package init(windowNanos: Int64, objectives: [ServiceObjective]) {
        self.windowNanos = windowNanos
        self.objectives = objectives
    }

    /// Which part of requests is not to fail, from 0 to 1; nil where no objective says so.
    package var availabilityMin: Double? {
        objectives.lazy.filter { $0.indicator == .availability && !$0.relation.isUpper }.map(\.limit).first
    }

    /// Changes with what is promised, whatever it is called by the system.
    package var digest: UInt64 {
        let texts = objectives.map { objective in
            let statistic =
                switch objective.statistic {
                case .mean: "mean"
                case .quantile(let quantile): "quantile \(quantile)"
                case .share: "share"
                }
            return [
                objective.name, objective.indicator.rawValue, statistic, objective.relation.rawValue,
                "\(objective.limit)", objective.kinds.map { "\($0.rawValue)" }.joined(separator: " "),
                "\(objective.bytesMin)", objective.counted.rawValue,
            ].joined(separator: "\u{1f}")
        }
        return SeededRandom.digest("\(windowNanos)\u{1e}" + texts.joined(separator: "\u{1e}"))
    }

    package static let dayNanos: Int64 = 86_400_000_000_000

    /// What is measured without a file; `config/slo.yaml` says the same.
    package static let builtIn = ObjectiveList(
        windowNanos: 30 * dayNanos,
        objectives: [
            ServiceObjective(name: "latency", indicator: .latency, statistic: .mean, .below, 200_000_000),
            ServiceObjective(
                name: "throughput", indicator: .throughput, statistic: .mean, .atLeast, 10_000_000,
                bytesMin: 1 << 20),
            ServiceObjective(
                name: "availability", indicator: .availability, statistic: .share, .atLeast, 0.9995),
            ServiceObjective(name: "hit ratio", indicator: .hitRatio, statistic: .share, .above, 0.98),
            ServiceObjective(
                name: "visibility lag", indicator: .visibilityLag, statistic: .quantile(0.95), .below,
                30_000_000_000),
        ])
}
