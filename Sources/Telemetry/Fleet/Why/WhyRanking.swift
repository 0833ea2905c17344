/// Finds the values that explain the selected requests: tests each, ranks what is sure, and takes together what goes
/// together.
struct WhyRanking {
    /// Fewer requests on either side tell nothing.
    static let requestsMin = 10
    /// A value that less of the selected have explains nothing, however sure it is.
    static let shareMin = 0.02
    static let selectedMin = 3
    /// Of the selected requests with a value, the part that it has to explain: it makes being selected half as probable
    /// again.
    static let attributableMin = 1.0 / 3
    /// How much more frequent a value is among the selected requests of a better one than among its others, to tell
    /// which these are. What nearly all of its requests have tells nobody where to look.
    static let finerLiftMin = 2.0
    /// And which part of all selected requests it has to have: what tells of few is for who asks about these.
    static let finerShareMin = 0.2
    /// A value that fewer others have, for each selected one that has it, is taken for a sign of being selected.
    static let symptomRestMax = 0.05
    /// At most this part of what is found is chance.
    static let falseDiscoveryMax = 0.01
    /// Requests of two values are the same when so many of those that have one have both.
    static let sameShare = 0.8
    /// More are not looked at.
    private static let candidatesMax = 200

    /// A value with its counts and its requests in the sample.
    private struct Candidate {
        var attribute: String
        var value: String
        var count: WhyCount
        var association: Association
        var rate = 1.0
        var score = 0.0
        var members: [Bool] = []
    }

    private let requests: WhyRequests
    private let values: WhyValues
    private let derived: WhyDerived
    private let sample: [WhyFacts]
    /// How many requests one of the sample stands for.
    private let selectedWeight: Double
    private let restWeight: Double
    private let limit: Int
    private(set) var testCount = 0
    private(set) var attributeCount = 0
    private(set) var findings: [WhyFinding] = []

    init(
        _ requests: WhyRequests, _ values: WhyValues, _ derived: WhyDerived, sample: [WhyFacts], limit: Int
    ) {
        self.requests = requests
        self.values = values
        self.derived = derived
        self.sample = sample
        self.limit = limit
        let selected = sample.count(where: \.isSelected)
        selectedWeight = Double(requests.total.selected) / Double(max(selected, 1))
        restWeight = Double(requests.total.rest) / Double(max(sample.count - selected, 1))
        rank()
    }

    // MARK: Candidates

    private mutating func rank() {
        var counts = valuesOfAttributes()
        for (name, value) in derivedValues() { counts[name, default: [:]].merge(value) { first, _ in first } }
        attributeCount = counts.count
        var candidates: [Candidate] = []
        for (attribute, values) in counts {
            for (value, count) in values where count.selected >= Self.selectedMin {
                candidates.append(
                    Candidate(
                        attribute: attribute, value: value, count: count, association: association(count)))
            }
        }
        // Equal data give equal answers.
        candidates.sort { ($0.attribute, $0.value) < ($1.attribute, $1.value) }
        testCount = candidates.count
        let rates = Association.falseDiscoveryRates(
            candidates.map {
                min(1, $0.association.probability * Double(derived.choiceCount(of: $0.attribute)))
            })
        for index in candidates.indices {
            candidates[index].rate = rates[index]
            candidates[index].score = requests.gain(of: candidates[index].count)
        }
        let least = Self.shareMin * Double(requests.total.selected)
        var sure = candidates.filter {
            $0.rate <= Self.falseDiscoveryMax && Double($0.count.selected) >= least
                && $0.association.attributable >= Self.attributableMin && $0.score > 0
        }
        sure.sort { ($1.score, $0.attribute, $0.value) < ($0.score, $1.attribute, $1.value) }
        sure = Array(sure.prefix(Self.candidatesMax))
        addMembers(to: &sure)
        if requests.target != nil { sure.removeAll { !($0.members.first ?? false) } }
        collapse(sure)
    }

    private func association(_ count: WhyCount) -> Association {
        Association(
            selected: count.selected, selectedTotal: requests.total.selected, rest: count.rest,
            restTotal: requests.total.rest)
    }

    /// The seconds that the selected with a value took beyond others, as far as the value explains them.
    private func explainedSeconds(_ candidate: Candidate) -> Double {
        max(0, requests.secondsBeyondRest(candidate.count)) * candidate.association.attributable
    }

    /// What people know best comes first among values of the same requests.
    private static let known = [
        "node", "proxy_node", "region", "proxy_region", "upstream", "module", "module_version", "module_kind",
        "cache_result", "outcome", "service", "service_version", "client", "user_agent", "time",
        "response_size",
    ]

    private static func rank(_ candidate: Candidate) -> Int {
        known.firstIndex(of: candidate.attribute) ?? known.count
    }

    private func valuesOfAttributes() -> [String: [String: WhyCount]] {
        var found: [String: [String: WhyCount]] = [:]
        for (attribute, name) in values.attributes.texts.enumerated() where !values.isID[attribute] {
            let texts = values.values[attribute].texts
            found[name] = Dictionary(uniqueKeysWithValues: zip(texts, values.counts[attribute]))
        }
        return found
    }

    private func derivedValues() -> [String: [String: WhyCount]] {
        var found: [String: [String: WhyCount]] = [:]
        for dimension in WhyRequests.Dimension.allCases {
            for (number, count) in requests.counts(dimension) {
                for (attribute, value) in derived.values(dimension, number) {
                    found[attribute, default: [:]][value, default: WhyCount()] += count
                }
            }
        }
        // Where all proxies have the same, it only says that a request came to one: that it was no hit.
        return found.filter { attribute, values in values.count > 1 || !attribute.hasPrefix("proxy_") }
    }

    /// Marks which requests of the sample have the value of each candidate.
    private func addMembers(to candidates: inout [Candidate]) {
        var places: [String: [String: Int]] = [:]
        for (index, candidate) in candidates.enumerated() {
            candidates[index].members = [Bool](repeating: false, count: sample.count)
            places[candidate.attribute, default: [:]][candidate.value] = index
        }
        for value in values.sampleValues {
            let attribute = Int(value.attribute)
            let text = values.values[attribute].texts[Int(value.value)]
            guard let index = places[values.attributes.texts[attribute]]?[text] else { continue }
            candidates[index].members[Int(value.sample)] = true
        }
        for (number, facts) in sample.enumerated() {
            for dimension in WhyRequests.Dimension.allCases {
                guard let known = facts.number(dimension) else { continue }
                for (attribute, value) in derived.values(dimension, known) {
                    guard let index = places[attribute]?[value] else { continue }
                    candidates[index].members[number] = true
                }
            }
        }
    }

    // MARK: What goes together

    private func weight(_ isIn: (Int) -> Bool) -> (selected: Double, rest: Double) {
        var selected = 0
        var rest = 0
        for index in sample.indices where isIn(index) {
            if sample[index].isSelected { selected += 1 } else { rest += 1 }
        }
        return (Double(selected) * selectedWeight, Double(rest) * restWeight)
    }

    /// Takes a value in only where it explains requests that better ones do not, or tells which of theirs are selected.
    private mutating func collapse(_ candidates: [Candidate]) {
        var accepted: [Candidate] = []
        var also: [[String]] = []
        var covered = [Bool](repeating: false, count: sample.count)
        for candidate in candidates {
            if let place = accepted.indices.first(where: { isSame(candidate, accepted[$0]) }) {
                var other = candidate
                if Self.rank(candidate) < Self.rank(accepted[place]) { swap(&other, &accepted[place]) }
                also[place].append(other.attribute + "=" + other.value)
            } else if isNews(candidate, covered) || isFiner(candidate, than: accepted, of: candidates.count) {
                guard accepted.count < limit else { break }
                accepted.append(candidate)
                also.append([])
                for index in sample.indices where candidate.members[index] { covered[index] = true }
            }
        }
        findings = zip(accepted, also).map { finding($0, also: $1) }
    }

    private func isSame(_ left: Candidate, _ right: Candidate) -> Bool {
        let both = weight { left.members[$0] && right.members[$0] }
        let either = weight { left.members[$0] || right.members[$0] }
        let all = either.selected + either.rest
        return all > 0 && (both.selected + both.rest) / all >= Self.sameShare
    }

    /// Whether a value still explains something of what no better value has.
    private func isNews(_ candidate: Candidate, _ covered: [Bool]) -> Bool {
        guard covered.contains(true) else { return true }
        let own = weight { candidate.members[$0] }
        let left = weight { candidate.members[$0] && !covered[$0] }
        let all = weight { !covered[$0] }
        let count = sample.indices.count {
            candidate.members[$0] && !covered[$0] && sample[$0].isSelected
        }
        guard count >= Self.selectedMin, left.selected >= 0.1 * own.selected else { return false }
        let rest = Association(
            selected: Int(left.selected), selectedTotal: Int(all.selected), rest: Int(left.rest),
            restTotal: Int(all.rest))
        return rest.attributable >= Self.attributableMin
    }

    /// Whether a value tells which requests of better ones are selected: where one kind of request fails at one node,
    /// the kind is found first, and the node has few failures of other kinds. It has to hold among the requests of each
    /// better value that shares its selected ones: what only goes with one of them tells nothing there.
    private func isFiner(_ candidate: Candidate, than accepted: [Candidate], of tests: Int) -> Bool {
        // What next to none but selected ones have is how being selected shows, as a proxy's flag for a timeout is.
        guard Double(candidate.count.rest) >= Self.symptomRestMax * Double(candidate.count.selected),
            Double(candidate.count.selected) >= Self.finerShareMin * Double(requests.total.selected)
        else { return false }
        var isHeldAgainstOne = false
        let isFiner = accepted.allSatisfy { better in
            let (own, within) = counts(of: candidate, within: better)
            guard 2 * within.selected >= own else { return true }
            isHeldAgainstOne = true
            let weighted = Association(
                selected: Int(Double(within.selected) * selectedWeight),
                selectedTotal: Int(Double(within.selectedTotal) * selectedWeight),
                rest: Int(Double(within.rest) * restWeight),
                restTotal: Int(Double(within.restTotal) * restWeight))
            // The sample itself has to have enough requests to tell, of as many values as are tried.
            return weighted.attributable >= Self.attributableMin && weighted.lift >= Self.finerLiftMin
                && within.selected >= Self.selectedMin
                && within.probability * Double(max(tests, 1)) <= Self.falseDiscoveryMax
        }
        return isFiner && isHeldAgainstOne
    }

    /// How many selected requests of the sample have a value, and how it goes with being selected among the requests of a
    /// better one.
    private func counts(of candidate: Candidate, within better: Candidate) -> (own: Int, Association) {
        var own = 0
        var within = Association(selected: 0, selectedTotal: 0, rest: 0, restTotal: 0)
        for index in sample.indices {
            let has = candidate.members[index] ? 1 : 0
            let hasBetter = better.members[index] ? 1 : 0
            if sample[index].isSelected {
                own += has
                within.selectedTotal += hasBetter
                within.selected += has & hasBetter
            } else {
                within.restTotal += hasBetter
                within.rest += has & hasBetter
            }
        }
        return (own, within)
    }

    private func finding(_ candidate: Candidate, also: [String]) -> WhyFinding {
        let attributable = candidate.association.attributable
        let selected = Double(max(requests.total.selected, 1))
        return WhyFinding(
            attribute: candidate.attribute, value: candidate.value, selected: candidate.count.selected,
            rest: candidate.count.rest, lift: candidate.association.lift,
            explained: Double(candidate.count.selected) * attributable / selected,
            explainedNanos: explainedSeconds(candidate) * 1e9, falseDiscoveryRate: candidate.rate, also: also)
    }
}
