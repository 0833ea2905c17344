import Glibc

/// `rate-anomaly`: far more requests than ever in the time before, all at once, and from far more clients or from user
/// agents that nobody knew.
///
/// Many requests of few clients are a build that fans out, and many that come slowly are the day: neither is told.
struct RateAnomalyRule: IncidentRule {
    let name = "rate-anomaly"

    private static let minute: UInt64 = 60_000_000_000
    /// How many times as many requests, and clients.
    static let factor = 5.0
    /// A shorter one is over before anybody looks.
    private static let lengthMin = 5 * minute
    /// The longest stretch of the time before that is held against what came.
    private static let stretchMax = 30 * minute
    /// More than a month of the shortest ones tells nothing new.
    private static let stretchesMax: UInt64 = 10_000
    /// How much has to be known of the time before: so many requests, in so much time.
    private static let requestsMin = 200
    static let historyMin = 30 * minute
    private static let day = 1_440 * minute
    /// Of a day's stretches a few may have been attacks themselves, as long as they were not at this time of day.
    private static let usualTail = 0.9
    /// Day comes within hours. Within ten minutes it does not grow to three times of what the hour before had.
    private static let onset = 10 * minute
    private static let suddenFactor = 3.0
    /// From so many addresses an unknown user agent is more than somebody's new program.
    private static let agentAddressesMin = 5
    /// Traffic that moved here from elsewhere is not more: at least half of what came has to be new to all.
    private static let newShareMin = 0.5
    /// Of groups that hold each other's requests the smallest that has nearly all.
    private static let narrowShare = 0.8
    private static let candidatesMax = 16

    private struct Candidate {
        var dimension: IncidentDimension
        var number: UInt64
        var slots: Range<Int>
        /// How many requests more than usual, about.
        var excess: Double
    }

    private struct Anomaly {
        var candidate: Candidate
        var time: Range<UInt64>
        var requests: Int
        /// How many there were at most in as much time before.
        var usual: Double
        var clients: Int
        var usualClients: Int
        /// Of user agents that were not known before.
        var strangers: Int
        /// Of clients that were not known before.
        var newClients: Int
        var rows: [UInt32]
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        let candidates = Self.candidates(data)
        guard !candidates.isEmpty else { return [] }
        let all = RequestHistory(data) { _ in true }
        var clients = RequestClients(data.names)
        var found = candidates.compactMap { candidate -> Anomaly? in
            let history =
                candidate.dimension == .everything
                ? all
                : RequestHistory(data) { data.number(candidate.dimension, $0) == candidate.number }
            return Self.anomaly(candidate, history, all, &clients, data)
        }
        var findings: [IncidentFinding] = []
        while let most = found.max(by: { Self.excess($0) < Self.excess($1) }) {
            let narrow = found.filter { Self.excess($0) >= Self.narrowShare * Self.excess(most) }
                .max { Self.rank($0) < Self.rank($1) }
            let chosen = narrow ?? most
            findings.append(finding(chosen, data))
            // What shares its requests is the same.
            let rows = Set(chosen.rows)
            found.removeAll { other in
                other.time.overlaps(chosen.time) && other.rows.contains { rows.contains($0) }
            }
        }
        return findings
    }

    private static func excess(_ anomaly: Anomaly) -> Double { Double(anomaly.requests) - anomaly.usual }

    private static func rank(_ anomaly: Anomaly) -> (Int, Double) {
        let width =
            switch anomaly.candidate.dimension {
            case .node: 2
            case .region: 1
            default: 0
            }
        return (width, excess(anomaly))
    }

    // MARK: Where there is more

    /// Groups with so much more in some stretch of the window than in the mean before it.
    private static func candidates(_ data: IncidentData) -> [Candidate] {
        guard let first = data.rows.lazy.map(\.start).min(), first < data.since else { return [] }
        let slotsBefore = Double(data.since - first) / Double(data.slotNanos)
        return [IncidentDimension.everything, .region, .node].flatMap { dimension in
            var groups = NumberedGroups<(before: Int, slots: [Int])>(count: data.count(dimension))
            for row in data.rows where RequestHistory.counts(row, data) {
                guard let number = data.number(dimension, row) else { continue }
                let place = groups.place(number, (0, [Int](repeating: 0, count: data.slotCount)))
                if let slot = data.slot(row) {
                    groups.groups[place].slots[slot] += 1
                } else {
                    groups.groups[place].before += 1
                }
            }
            return zip(groups.numbers, groups.groups).compactMap { number, group -> Candidate? in
                guard group.before >= requestsMin else { return nil }
                let usual = Double(group.before) / max(slotsBefore, 1)
                guard let slots = stretch(group.slots, above: 3 * usual) else { return nil }
                let count = Double(group.slots[slots].reduce(0, +))
                guard count > factor * usual * Double(slots.count) else { return nil }
                return Candidate(
                    dimension: dimension, number: number, slots: slots,
                    excess: count - usual * Double(slots.count))
            }.sorted { ($1.excess, $0.number) < ($0.excess, $1.number) }.prefix(candidatesMax)
        }
    }

    /// The slots that have most above a limit, without ends that have less than half of what is usual for them.
    private static func stretch(_ slots: [Int], above limit: Double) -> Range<Int>? {
        guard let rough = largest(slots, above: limit) else { return nil }
        let high = slots[rough].sorted()[rough.count * 9 / 10]
        return largest(slots, above: max(limit, Double(high) / 2)) ?? rough
    }

    /// The interval of which the sum above a limit is the largest.
    private static func largest(_ slots: [Int], above limit: Double) -> Range<Int>? {
        var best: (sum: Double, slots: Range<Int>)?
        var sum = 0.0
        var first = 0
        for (place, count) in slots.enumerated() {
            if sum <= 0 { (sum, first) = (0, place) }
            sum += Double(count) - limit
            if sum > best?.sum ?? 0 { best = (sum, first..<place + 1) }
        }
        return best?.slots
    }

    // MARK: Whether it is one

    private static func anomaly(
        _ candidate: Candidate, _ history: RequestHistory, _ all: RequestHistory,
        _ clients: inout RequestClients, _ data: IncidentData
    ) -> Anomaly? {
        let time = data.times(candidate.slots)
        let length = time.upperBound - time.lowerBound
        guard length >= min(lengthMin, data.until - data.since),
            let begin = history.begin(before: time.lowerBound)
        else { return nil }
        let rate = history.rate(time)
        let onset = onset(of: rate, from: time.lowerBound, history, begin: begin)
        guard onset >= begin + historyMin, history.rows(begin..<onset).count >= requestsMin else {
            return nil
        }
        let hour = max(begin, onset - min(onset, 60 * minute))..<onset
        let first = onset..<min(onset + Self.onset, time.upperBound)
        guard history.rate(first) > suddenFactor * history.rate(hour) else { return nil }
        let stretch = min(max(length, lengthMin), stretchMax)
        let before = stretches(begin..<onset, of: stretch)
        let usual = before.map { history.rate($0) }
        let rateBefore = usualMost(usual, before, time)
        guard rateBefore > 0, rate > factor * rateBefore else { return nil }
        // What all nodes have together has grown by it.
        guard all.rate(time) - all.rate(hour) >= newShareMin * (rate - rateBefore) else { return nil }
        let rows = history.rows(time)
        let within = stretches(time, of: stretch).map {
            clients.addressCount(history.rows($0), data)
        }.sorted()
        let addresses = within[within.count / 2]
        let addressesBefore = usualMost(
            before.map { Double(clients.addressCount(history.rows($0), data)) }, before, time)
        var seen: (addresses: Set<Int>, agents: Set<Int>) = ([], [])
        for place in history.rows(begin..<onset) {
            guard let client = clients.client(data.rows[Int(place)].client) else { continue }
            seen.addresses.insert(client.address)
            seen.agents.insert(client.agent)
        }
        let strangers = rows.filter { place in
            clients.client(data.rows[Int(place)].client).map { !seen.agents.contains($0.agent) } == true
        }
        let isOfMany = addressesBefore > 0 && Double(addresses) > factor * addressesBefore
        let isStrange =
            2 * strangers.count >= rows.count && !seen.agents.isEmpty
            && clients.addressCount(strangers, data) >= agentAddressesMin
        guard isOfMany || isStrange else { return nil }
        let newcomers = rows.filter { place in
            clients.client(data.rows[Int(place)].client).map { !seen.addresses.contains($0.address) } == true
        }
        let told = isStrange ? strangers : newcomers
        return Anomaly(
            candidate: candidate, time: time, requests: rows.count,
            usual: rateBefore * Double(length) / 1e9, clients: addresses, usualClients: Int(addressesBefore),
            strangers: strangers.count, newClients: clients.addressCount(told, data),
            rows: told.isEmpty ? Array(rows) : told)
    }

    /// When it began: it may have begun before the window.
    private static func onset(
        of rate: Double, from time: UInt64, _ history: RequestHistory, begin: UInt64
    ) -> UInt64 {
        var onset = time
        while onset >= begin + lengthMin, history.rate(onset - lengthMin..<onset) > rate / 2 {
            onset -= lengthMin
        }
        return onset
    }

    /// Stretches of a length, backwards from the end.
    private static func stretches(_ time: Range<UInt64>, of length: UInt64) -> [Range<UInt64>] {
        let count = (time.upperBound - time.lowerBound) / length
        guard count > 0 else { return [time] }
        return (0..<min(count, stretchesMax)).map { number in
            let end = time.upperBound - number * length
            return end - length..<end
        }
    }

    /// The most that is usual: of all stretches where less than a day is known, else what nine of ten do not have, and the
    /// most that this time of day had.
    private static func usualMost(
        _ values: [Double], _ stretches: [Range<UInt64>], _ time: Range<UInt64>
    ) -> Double {
        let most = values.max() ?? 0
        guard let first = stretches.last?.lowerBound, first + day <= time.lowerBound + 2 * historyMin else {
            return most
        }
        /// A day later, and within half an hour.
        func isThen(_ stretch: Range<UInt64>) -> Bool {
            stretch.upperBound + day + historyMin > time.lowerBound
                && stretch.lowerBound + day < time.upperBound + historyMin
        }
        let sameTime = zip(values, stretches).filter { isThen($0.1) }.map(\.0).max() ?? 0
        guard sameTime > 0 else { return most }
        return max(sameTime, values.sorted()[min(Int(Double(values.count) * usualTail), values.count - 1)])
    }

    // MARK: What is told

    private func finding(_ anomaly: Anomaly, _ data: IncidentData) -> IncidentFinding {
        let (dimension, number) = (anomaly.candidate.dimension, anomaly.candidate.number)
        let subject = data.subject(dimension, number)
        let ratio = Double(anomaly.requests) / max(anomaly.usual, 1)
        let whose =
            subject.node.map { "at \($0)" } ?? subject.region.map { "at nodes in \($0)" } ?? "everywhere"
        let strange = Double(anomaly.strangers) / Double(max(anomaly.requests, 1))
        let isStrange = 2 * anomaly.strangers >= anomaly.requests
        let all = HumanUnits.count(Int64(anomaly.newClients))
        let newcomers =
            isStrange
            ? "; \(share(strange)) of them, from \(all) clients, name a user agent that was not known before"
            : anomaly.newClients > 0 ? ", and \(all) in all that were not known before" : ""
        let bad = anomaly.rows.map { data.rows[Int($0)] }
        let score = 20 + 10 * log(max(ratio, 1))
        let time = anomaly.time
        return IncidentFinding(
            rule: name, severity: .page, subject: subject, start: bad.map(\.start).min() ?? time.lowerBound,
            end: bad.map(\.end).max() ?? time.upperBound, score: score, confidence: 1 - exp(-score / 4) * 0.5,
            rows: anomaly.rows, slowSeconds: 0,
            numbers: [
                ("requests", Double(anomaly.requests)), ("usual_requests", anomaly.usual.rounded()),
                ("rate_ratio", ratio), ("clients", Double(anomaly.clients)),
                ("usual_clients", Double(anomaly.usualClients)), ("new_agent_share", strange),
            ],
            explanation:
                "\((ratio * 10).rounded() / 10) times as many requests as at most before came \(whose), "
                + "from \(HumanUnits.count(Int64(anomaly.clients))) clients at a time where "
                + "\(HumanUnits.count(Int64(anomaly.usualClients))) are usual\(newcomers)",
            // Nothing that requests show makes clients ask.
            depth: -1, culprit: nil,
            covers: { row in time.contains(row.start) && data.number(dimension, row) == number },
            load: isStrange
                ? "requests with user agents that were not known before"
                : anomaly.newClients > 0 ? "requests of clients that were not known before" : "requests")
    }
}
