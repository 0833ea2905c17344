import Glibc

/// Whom else it could have been: each other candidate is held against requests that it has nothing to do with.
///
/// A candidate is the one with most of the bad requests, in one way of putting them together. It is ruled out where it
/// did well for others at the same time, or where others did as badly there.
struct ReportHypotheses {
    enum Answer: String, Sendable {
        case suspect = "suspected"
        case ruledOut = "ruled out"
        case possible = "possible"
        case unknown = "cannot be told"
    }

    struct Verdict: Sendable {
        var question: String
        var answer: Answer
        var reason: String
    }

    /// What is more probable than this by chance alone rules nothing out.
    fileprivate static let chanceMax = 0.01
    /// From so many requests on a share tells something.
    fileprivate static let requestsMin = 20

    private struct Tally {
        var count = 0
        var bad = 0

        mutating func add(_ isBad: Bool) {
            count += 1
            if isBad { bad += 1 }
        }

        var rate: Double { count > 0 ? Double(bad) / Double(count) : 0 }
        var tells: Bool { count >= ReportHypotheses.requestsMin }
        /// Whether so few bad ones are no chance at a rate.
        func isBelow(_ rate: Double) -> Bool {
            count > 0 && self.rate < rate
                && Self.probability(atMost: bad, of: count, rate) < ReportHypotheses.chanceMax
        }
        /// Whether so many are none.
        func isAbove(_ rate: Double) -> Bool {
            count > 0 && self.rate > rate
                && Self.probability(atMost: count - bad, of: count, 1 - rate) < ReportHypotheses.chanceMax
        }

        /// Of so many events of a rate, at most so many: the binomial distribution.
        private static func probability(atMost most: Int, of count: Int, _ rate: Double) -> Double {
            guard rate > 0, rate < 1 else { return rate <= 0 || most >= count ? 1 : 0 }
            let all: Double = lgamma(Double(count) + 1)
            return (0...most).reduce(0.0) { sum, number in
                let (had, rest) = (Double(number), Double(count - number))
                let ways: Double = all - lgamma(had + 1) - lgamma(rest + 1)
                return sum + exp(ways + had * log(rate) + rest * log(1 - rate))
            }
        }
        var text: String { "\(ResultTable.tenths(rate)) of \(HumanUnits.count(count, "request"))" }
    }

    private let data: IncidentData
    private let symptom: SymptomTable
    private let culprit: CulpritSearch.Culprit
    private let census: NodeCensus

    init(
        _ data: IncidentData, _ symptom: SymptomTable, _ culprit: CulpritSearch.Culprit, _ census: NodeCensus
    ) {
        self.data = data
        self.symptom = symptom
        self.culprit = culprit
        self.census = census
    }

    var verdicts: [Verdict] {
        let dimensions: [(IncidentDimension, String)] = [
            (.upstream, "where modules come from"), (.node, "one node"), (.region, "one region"),
            (.serviceVersion, "a version of a service"), (.module, "one module"),
        ]
        return dimensions.map { verdict($0, $1) } + [client, traffic, clock].compactMap(\.self)
    }

    private func isOfCulprit(_ row: IncidentRow) -> Bool {
        data.number(culprit.dimension, row) == culprit.number
    }

    /// The entries of the time of the incident.
    private var concerned: some Sequence<SymptomTable.Entry> {
        symptom.entries.lazy.filter { [slots = culprit.excess.slots] in
            $0.slot != SymptomTable.before && slots.contains(Int($0.slot))
        }
    }

    private func verdict(_ dimension: IncidentDimension, _ words: String) -> Verdict {
        if dimension == culprit.dimension {
            return Verdict(
                question: words, answer: .suspect,
                reason:
                    "\(name(dimension, culprit.number)) has \(HumanUnits.count(Int64(culprit.rows.count))) of what is bad, "
                    + "\(ResultTable.tenths(culprit.told.badShare)) of its requests like most of these")
        }
        if let other = culprit.counterpart, dimension == other.dimension {
            return Verdict(
                question: words, answer: .suspect,
                reason:
                    "nearly all of what is bad has to do with \(name(dimension, other.number)), and the rest is well"
            )
        }
        guard let candidate = candidate(dimension) else {
            return Verdict(question: words, answer: .unknown, reason: "the telemetry does not say it")
        }
        var elsewhere = Tally()
        var others = Tally()
        var own = Tally()
        for entry in concerned {
            let row = data.rows[Int(entry.row)]
            // The same requests, as the node in front saw them, are no others.
            if row.flags.contains(.passedFailureOn) { continue }
            if culprit.dimension == .node, row.hasHop, UInt64(row.behind) == culprit.number { continue }
            let isCandidate = data.number(dimension, row) == candidate
            switch (isOfCulprit(row), isCandidate) {
            case (false, true): elsewhere.add(entry.isBad)
            case (true, false): others.add(entry.isBad)
            case (true, true): own.add(entry.isBad)
            case (false, false): break
            }
        }
        let name = name(dimension, candidate)
        if elsewhere.isBelow(own.rate / 2) {
            return Verdict(
                question: "\(words): \(name)", answer: .ruledOut,
                reason: "elsewhere it did well at the same time: \(elsewhere.text) were bad, here \(own.text)"
            )
        }
        if others.isAbove(own.rate / 2) {
            return Verdict(
                question: "\(words): \(name)", answer: .ruledOut,
                reason:
                    "it was not it alone: of what has nothing to do with it \(others.text) were bad as well, "
                    + "of its own \(own.text)")
        }
        if elsewhere.tells || others.tells {
            let told = elsewhere.tells ? "elsewhere \(elsewhere.text)" : "of the others \(others.text)"
            return Verdict(
                question: "\(words): \(name)", answer: .possible,
                reason: "it had more than its share: \(own.text) were bad, \(told)")
        }
        return Verdict(
            question: "\(words): \(name)", answer: .unknown,
            reason: "nearly all of these requests have to do with it, so that the two cannot be told apart")
    }

    /// Of the bad requests most have it; of equally many the first by name.
    private func candidate(_ dimension: IncidentDimension) -> UInt64? {
        var counts: [UInt64: Int] = [:]
        for place in culprit.rows {
            if let number = data.number(dimension, data.rows[Int(place)]) { counts[number, default: 0] += 1 }
        }
        return counts.max { ($0.value, name(dimension, $1.key)) < ($1.value, name(dimension, $0.key)) }?.key
    }

    private func name(_ dimension: IncidentDimension, _ number: UInt64) -> String {
        let text = data.subject(dimension, number).members.map(\.value).joined(separator: " ")
        return text.isEmpty ? "everything" : text
    }

    // MARK: What requests are not put together by

    private var client: Verdict {
        var counts: [UInt32: Int] = [:]
        for place in culprit.rows { counts[data.rows[Int(place)].client, default: 0] += 1 }
        counts[0] = nil
        let known = counts.values.reduce(0, +)
        guard let most = counts.values.max(), known >= Self.requestsMin / 2 else {
            return Verdict(question: "one client", answer: .unknown, reason: "no span says who asked")
        }
        let part = Double(most) / Double(known)
        let text =
            "\(HumanUnits.count(counts.count, "client")) had bad requests, and none more than \(ResultTable.tenths(part)) of them"
        return counts.count >= 3 && part < 0.5
            ? Verdict(question: "one client", answer: .ruledOut, reason: text)
            : Verdict(question: "one client", answer: .possible, reason: text)
    }

    /// Whether there was more to do than usual.
    private var traffic: Verdict {
        let slots = culprit.excess.slots
        var during = 0
        var outside = 0
        for row in data.rows where row.flags.contains(.isRequest) {
            guard let slot = data.slot(row) else { continue }
            if slots.contains(slot) { during += 1 } else { outside += 1 }
        }
        let others = data.slotCount - slots.count
        guard others >= 3, outside >= Self.requestsMin else {
            return Verdict(
                question: "more traffic than usual", answer: .unknown,
                reason: "the window holds too little of the time before and after")
        }
        let ratio = Double(during) / Double(slots.count) / (Double(outside) / Double(others))
        let text = "requests came \(HumanUnits.rate(ratio)) times as often as in the rest of the window"
        return ratio < 1.5
            ? Verdict(question: "more traffic than usual", answer: .ruledOut, reason: text)
            : Verdict(question: "more traffic than usual", answer: .possible, reason: text)
    }

    /// Durations are differences of times of one clock, so that no clock makes anything slow that is not.
    private var clock: Verdict {
        let nodes = Set(culprit.rows.map { data.rows[Int($0)].node })
        let wrong = census.numbers.filter { nodes.contains($0) }
            .compactMap { number in
                census.clocks.reading(number).map { (census.node(number).identity.name, $0) }
            }
            .filter { $0.1.isWorthWarning }
            .map { "\($0.0) by \(ResultTable.skewWords($0.1))" }.sorted()
        return Verdict(
            question: "a wrong clock", answer: .ruledOut,
            reason: "each duration is taken by one clock"
                + (wrong.isEmpty
                    ? ", and no clock of these nodes is known to be off"
                    : "; off are \(wrong.prefix(3).joined(separator: ", ")), which moves starts and nothing else")
        )
    }
}
