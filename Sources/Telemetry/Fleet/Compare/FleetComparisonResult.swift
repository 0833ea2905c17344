/// How a group stands to what it is compared with.
package enum ComparisonVerdict: String, Sendable {
    /// It is what the others are compared with.
    case baseline
    case better
    case worse
    /// The difference may be chance.
    case indistinguishable = "not distinguishable"
    /// Too little was seen for a verdict.
    case tooFew = "too few"
}

/// The figures of a group. Durations are in nanoseconds; intervals hold the true value with 95 % certainty.
package struct ComparedGroup: Sendable {
    package var name: String
    /// Requests, fetches or sessions.
    package var units: Int
    package var requests: Int
    package var meanNanos: Double
    package var meanInterval: ClosedRange<Double>?
    package var p50Nanos: Int64
    package var p95Nanos: Int64
    /// What it is compared with; nil for the baseline itself, and where there is none.
    package var baselineUnits: Int?
    package var baselineMeanNanos: Double?
    /// (b − x) / b of the means.
    package var improvement: Double?
    package var improvementInterval: ClosedRange<Double>?
    package var verdict: ComparisonVerdict
    /// Of 1; nil where no outcome is known.
    package var availability: Double?
    package var availabilityInterval: ClosedRange<Double>?
    package var hitRatio: Double?
    package var hitRatioInterval: ClosedRange<Double>?
    package var lookups: Int
    /// It failed more often than another group, beyond chance.
    package var isLessAvailable = false
    /// Of responses of 1 MiB and more.
    package var bytesPerSecond: Double?
    /// By which part of their size the same files were smaller than without encoding.
    package var sizeSaved: Double?
    /// How late the group's nodes had the versions that were published in the window.
    package var visibility: VisibilityMedian?
}

package struct FleetComparisonResult: Sendable {
    /// The baseline first, then the largest.
    package var groups: [ComparedGroup]
    package var groupCount: Int
    /// Name of the group that the others are compared with; nil for two windows.
    package var baseline: String?
    /// All names, where there is no group that the question calls the baseline.
    package var namesWithoutBaseline: [String]?
    /// Requests that do not have what is asked for.
    package var unnamed: Int
    /// Requests that edges passed on whose own spans are not stored, where groups are of clients' requests.
    package var behindLostEdges: Int
    /// Requests in no session, as nobody says who asked.
    package var withoutClient: Int
    /// Groups that clients ask, where they are compared with one that stands behind others, and the other way round.
    package var fromOtherSide = 0
    package var quality: FleetQuality
    package var notes: [QualityNote]

    package var failingGroups: [ComparedGroup] { groups.filter(\.isLessAvailable) }

    /// Marks groups that failed more often than the most available one: when even the best that theirs may be is below
    /// the worst that its may be.
    mutating func markAvailability() {
        let intervals = groups.compactMap(\.availabilityInterval)
        guard let best = intervals.map(\.lowerBound).max() else { return }
        for place in groups.indices {
            let upper = groups[place].availabilityInterval?.upperBound ?? 1
            groups[place].isLessAvailable = upper < best
        }
    }
}

/// Makes the figures of groups.
struct ComparisonFigures: Sendable {
    /// What groups are compared with: drawn from once for all of them.
    struct Baseline: Sendable {
        let tally: ComparisonTally
        fileprivate let means: MeanBootstrap

        init(_ tally: ComparisonTally) {
            self.tally = tally
            means = ComparisonFigures.bootstrap(tally, seed: 2)
        }
    }

    /// A verdict needs so many of each side: means of fewer say nothing about the next.
    static func unitsMin(_ unit: ComparisonUnit) -> Int { unit == .request ? 20 : 5 }

    private let unit: ComparisonUnit

    init(unit: ComparisonUnit) { self.unit = unit }

    fileprivate static func bootstrap(_ tally: ComparisonTally, seed: UInt64) -> MeanBootstrap {
        var values: [(value: Double, count: Double)] = []
        tally.durations.sketch.forEachBucket { bucket, count in
            values.append((Double(DurationSketch.middle(of: bucket)), Double(count)))
        }
        return MeanBootstrap(values, mean: tally.sumNanos / Double(max(tally.units, 1)), seed: seed)
    }

    /// - Parameter baseline: what it is compared with; nil for the baseline itself
    func group(
        _ name: String, _ tally: ComparisonTally, over baseline: Baseline?, isBaseline: Bool
    ) -> ComparedGroup {
        let mean = tally.sumNanos / Double(max(tally.units, 1))
        let durations = tally.durations.sketch
        let own = Self.bootstrap(tally, seed: 1)
        var group = ComparedGroup(
            name: name, units: tally.units, requests: tally.requests, meanNanos: mean,
            meanInterval: own.interval, p50Nanos: durations.quantile(0.5) ?? 0,
            p95Nanos: durations.quantile(0.95) ?? 0, verdict: isBaseline ? .baseline : .tooFew,
            lookups: tally.lookups)
        if tally.outcomes > 0 {
            let answered = tally.outcomes - tally.failures
            group.availability = Double(answered) / Double(tally.outcomes)
            group.availabilityInterval = BinomialInterval.interval(answered, of: tally.outcomes)
        }
        if tally.lookups > 0 {
            group.hitRatio = Double(tally.hits) / Double(tally.lookups)
            group.hitRatioInterval = BinomialInterval.interval(tally.hits, of: tally.lookups)
        }
        if tally.largeNanos > 0 { group.bytesPerSecond = tally.largeBytes / (tally.largeNanos / 1e9) }
        if let baseline, !isBaseline { compare(&group, own, baseline) }
        return group
    }

    private func compare(_ group: inout ComparedGroup, _ own: MeanBootstrap, _ baseline: Baseline) {
        let units = baseline.tally.units
        guard units > 0 else { return }
        let baselineMean = baseline.tally.sumNanos / Double(units)
        group.baselineUnits = units
        group.baselineMeanNanos = baselineMean
        guard baselineMean > 0, group.units > 0 else { return }
        group.improvement = (baselineMean - group.meanNanos) / baselineMean
        group.improvementInterval = MeanBootstrap.improvement(of: own, over: baseline.means)
        guard min(group.units, units) >= Self.unitsMin(unit),
            let interval = group.improvementInterval
        else { return }
        if interval.lowerBound > 0 {
            group.verdict = .better
        } else if interval.upperBound < 0 {
            group.verdict = .worse
        } else {
            group.verdict = .indistinguishable
        }
    }

    /// By which part the files of a group were smaller than the same ones without encoding.
    static func sizeSaved(_ tally: ComparisonTally, plain: ComparisonTally?) -> Double? {
        guard let plain else { return nil }
        var encoded = 0.0
        var decoded = 0.0
        for (file, bytes) in tally.fileBytes {
            guard let whole = plain.fileBytes[file] else { continue }
            encoded += Double(bytes)
            decoded += Double(whole)
        }
        return decoded > 0 ? 1 - encoded / decoded : nil
    }
}
