import Glibc

/// `node-flapping`: a node goes silent and comes back, or is ready and is not, again and again. `slow-recovery`: a node tells
/// something again, but is said not to be ready for long after that.
struct NodeFlappingRule: IncidentRule {
    let name = "node-flapping"
    let names = ["node-flapping", "slow-recovery"]

    /// From telling to silent, and back, within an hour.
    static let changesMin = 3
    private static let hour: UInt64 = 3_600_000_000_000
    /// Twice as many an hour as before the window.
    private static let ratioMin = 2.0
    private static let recoveryNanos: UInt64 = 300_000_000_000
    /// Who is not ready only later is so for another reason.
    private static let delayMax: UInt64 = 60_000_000_000

    /// What goes to and fro.
    struct Flapping: Sendable {
        var name: String
        /// Number of the node; nil where only others tell of it.
        var number: UInt32?
        /// Where it is one of several of its name.
        var cluster: String?
        /// Nanoseconds since the Unix epoch, in the window.
        var times: [UInt64]
        /// Whether a gauge says so, or what comes from it.
        var isOfGauge: Bool
        var isGoingOn: Bool
        /// See `IncidentFinding`.
        var check: String?
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let flapping = Self.flapping(context)
        let names = Set(flapping.map(\.name))
        let keys = Dictionary(grouping: context.gauges.ready?.keys ?? [], by: \.name)
        let calm = context.census.numbers.filter { !names.contains(context.census.node($0).identity.name) }
        return flapping.map { finding($0, context) }
            + calm.sorted().compactMap { number in
                // Which one of several of a name it is, nobody says.
                guard let keys = keys[context.census.node(number).identity.name], keys.count == 1 else {
                    return nil
                }
                return recovery(keys[0], number, context)
            }
    }

    /// By number and name, in an order that is the same for the same data.
    static func flapping(_ context: IncidentContext) -> [Flapping] {
        var found: [Flapping] = []
        for number in context.silences.numbers {
            let silences = context.silences.silences(number)
            let times = silences.flatMap { [$0.start] + ($0.end.map { [$0] } ?? []) }
            let known = context.census.presence(number).bounds?.lowerBound
            guard
                let times = unusual(
                    times, since: known.map { UInt64(clamping: $0) &* UInt64(NodePresence.slotNanos) },
                    context.data)
            else { continue }
            found.append(
                Flapping(
                    name: context.census.node(number).identity.name, number: number, times: times,
                    isOfGauge: false, isGoingOn: silences.last?.to == nil))
        }
        let silent = Set(found.map(\.name))
        let keys = context.gauges.ready?.keys ?? []
        let counts = Dictionary(grouping: keys, by: \.name).mapValues(\.count)
        let numbers = Dictionary(grouping: context.census.numbers) {
            context.census.node($0).identity.name
        }
        for key in keys where !silent.contains(key.name) {
            let changes = context.gauges.ready?.changes(key) ?? []
            // The first is where it is first told of.
            guard
                let times = unusual(
                    changes.dropFirst().map(\.time), since: changes.first?.time, context.data)
            else { continue }
            let isOneOfSeveral = counts[key.name] ?? 0 > 1
            let teller =
                isOneOfSeveral && key.cluster.isEmpty ? context.census.node(key.teller).identity.name : nil
            found.append(
                Flapping(
                    name: key.name, number: isOneOfSeveral ? nil : numbers[key.name]?.first,
                    cluster: isOneOfSeveral ? teller ?? key.cluster : nil, times: times, isOfGauge: true,
                    isGoingOn: changes.last?.isReady == false, check: context.gauges.ready?.check(key)))
        }
        return found
    }

    /// The times in the window, where there are enough within an hour, and more than before; else nil.
    /// - Parameter known: from when on anything is known of it: calm counts, too
    private static func unusual(
        _ times: [UInt64], since known: UInt64?, _ data: IncidentData
    ) -> [UInt64]? {
        let within = times.filter { $0 >= data.windowSince }
        guard within.count >= changesMin,
            zip(within, within.dropFirst(changesMin - 1)).contains(where: { $1 - $0 <= hour }),
            let earliest = times.first
        else { return nil }
        let before = times.count { $0 < data.windowSince }
        let first = min(known ?? earliest, earliest)
        guard before > 0, first < data.windowSince else { return within }
        // Where there are no requests, the window ends with what is told.
        let end = max(data.until, within.last ?? data.until)
        let rate = Double(within.count) / Double(end - data.windowSince)
        return rate * Double(data.windowSince - first) >= ratioMin * Double(before) ? within : nil
    }

    private func finding(_ flapping: Flapping, _ context: IncidentContext) -> IncidentFinding {
        let name = flapping.name
        let place = flapping.cluster.map { " (\($0))" } ?? ""
        let region = flapping.number.flatMap { context.census.node($0).region }
        let times = flapping.times
        let start = times.first ?? context.data.windowSince
        let end = flapping.isGoingOn ? context.data.until : times.last ?? context.data.until
        let count = times.count
        var finding = finding(
            .page, IncidentSubject(node: name, region: region), start: start, end: max(end, start + 1),
            score: 22 + log(Double(count)), depth: 0, numbers: [("changes", Double(count))],
            sentence: flapping.isOfGauge
                ? "\(name)\(place) is ready and is not, again and again: it changed \(count) times"
                    + (flapping.isGoingOn ? ", and is not now" : "")
                : "\(name) goes silent and comes back, again and again: it changed \(count) times"
                    + (flapping.isGoingOn ? ", and is silent now" : "") + ", while others went on")
        finding.check = flapping.check
        return finding
    }

    /// It tells something again, and is not ready.
    private func recovery(
        _ key: ReadyReadings.Key, _ number: UInt32, _ context: IncidentContext
    ) -> IncidentFinding? {
        let name = key.name
        guard let ready = context.gauges.ready, let told = ready.last(key),
            let silence = context.silences.silences(number).last, let back = silence.end,
            let seen = context.census.heartbeat(number)?.lastSeen
        else { return nil }
        let data = context.data
        let changes = ready.changes(key)
        // The last time that it was not ready, as far as it was so when it came back or just after.
        guard let place = changes.lastIndex(where: { !$0.isReady && $0.time <= back + Self.delayMax }) else {
            return nil
        }
        let until = place + 1 < changes.count ? changes[place + 1].time : told
        guard until >= data.windowSince, until > back, until - back > Self.recoveryNanos + ready.slots.nanos,
            UInt64(max(seen.rawValue, 0)) > back + Self.recoveryNanos
        else { return nil }
        let isGoingOn = place + 1 == changes.count
        let length = HumanUnits.duration(Int64(clamping: until - back))
        var finding = finding(
            .page, IncidentSubject(node: name, region: context.census.node(number).region), start: back,
            end: isGoingOn ? max(data.until, back + 1) : until, score: 20 + log(Double(until - back) / 1e9),
            depth: 0,
            numbers: [
                ("not_ready_s", Double(until - back) / 1e9),
                ("silence_s", Double(back - silence.start) / 1e9),
            ],
            sentence:
                "\(name) tells something again, but \(isGoingOn ? "is" : "was") said not to be ready for "
                + "\(length) after that")
        finding.rule = "slow-recovery"
        finding.check = ready.check(key)
        return finding
    }
}
