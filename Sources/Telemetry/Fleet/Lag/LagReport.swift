/// Puts together what is known of each node's lags.
struct LagReport {
    /// A publication that a node has not seen after this is counted, in nanoseconds.
    static let serialNanos: Int64 = 300_000_000_000

    /// Where nobody knows when something arrived, a node is silent that tells nothing for so long while others do: as long as
    /// a configuration may be left alone.
    static let silentNanos: Int64 = 600_000_000_000

    /// No clock that is kept is off by more. What a node said by such a clock may be of any time: how long ago it was is
    /// not told.
    static let clockNanosMax: Int64 = 86_400_000_000_000

    private let tally: LagTally
    private let census: NodeCensus
    private let end: UnixNanos
    private let visibility: [FleetNode.Key: [VersionVisibility]]
    private let lists: [UInt32: ListLag]
    /// Nodes of which a list was left out.
    private let listsDoubted: Set<UInt32>
    private let hasIndex: Bool
    /// Which configuration is the newest, and when the first node had it, by the collector's clock.
    private let newest: (version: String, first: Int64)?
    /// By node: what it ran last, and when it first did.
    private let configurations: [UInt32: (version: String, first: Int64)]
    /// By node: when it last told anything, by the collector's clock.
    private let lastSigns: [UInt32: Int64]

    init(
        _ tally: LagTally, _ census: NodeCensus, versions: [VersionVisibility], modules: [ModuleName],
        end: UnixNanos, hasIndex: Bool
    ) {
        self.tally = tally
        self.census = census
        self.end = end
        self.hasIndex = hasIndex
        visibility = Dictionary(grouping: versions, by: \.node.key)
        (lists, listsDoubted) = tally.lists.lags(census, modules)
        var last: [UInt32: (version: String, first: Int64)] = [:]
        var firsts: [String: Int64] = [:]
        for (node, versions) in tally.configurations.seen {
            for (version, seen) in versions {
                let first = census.clocks.corrected(seen.first, node: node)
                firsts[version] = min(firsts[version] ?? first, first)
            }
            let current = versions.max { ($0.value.last, $0.value.first) < ($1.value.last, $1.value.first) }
            if let current {
                last[node] = (current.key, census.clocks.corrected(current.value.first, node: node))
            }
        }
        configurations = last
        lastSigns = Dictionary(
            uniqueKeysWithValues: census.numbers.map { ($0, Self.lastSign($0, tally, census, end: end)) })
        newest = firsts.max { ($0.value, $0.key) < ($1.value, $1.key) }.map { ($0.key, $0.value) }
    }

    var configurationCount: Int { Set(configurations.values.map(\.version)).count }

    func node(_ number: UInt32) -> NodeLag {
        let node = census.node(number)
        let clock = census.clocks.reading(number)
        let versions = visibility[node.key]
        return NodeLag(
            node: node, arrival: tally.arrivalLag(number, node.software, census.clocks), clock: clock,
            isClockOrLink: clock == nil && isClockOrLink(number, node.software),
            heartbeat: census.heartbeat(number), edge: tally.edgeLag(number),
            visibility: versions.map { NodeVisibility($0) }, list: lists[number], age: tally.ages.lag(number),
            sync: sync(number), config: config(number), serial: serial(number, versions ?? []),
            queue: tally.queueLag(number))
    }

    /// Even what came fastest came late, and no request that another node tells of decides which of the two it is.
    private func isClockOrLink(_ number: UInt32, _ software: ProxySoftware?) -> Bool {
        guard let least = tally.telemetry.entry(number).leastLag else { return false }
        return least > ArrivalLag.flushNanos(software)
    }

    private func sync(_ number: UInt32) -> SyncLag? {
        guard let nanos = census.value(.syncLag, number).flatMap({ sinceThen($0, number) }) else {
            return nil
        }
        return SyncLag(
            nanos: nanos,
            intervalNanos: census.value(.syncInterval, number).map { NodeMetrics.nanos($0.number) })
    }

    /// A duration up to now that a node said some time ago: it was of then, by the node's clock. Nil where it said less
    /// than nothing, and where its clock is none.
    private func sinceThen(_ said: NodeMetrics.Value, _ node: UInt32) -> Int64? {
        guard said.number >= 0, !hasNoClock(node) else { return nil }
        let time = census.clocks.corrected(UInt64(clamping: said.time.rawValue), node: node)
        let passed = end.rawValue.subtractingReportingOverflow(time)
        guard !passed.overflow else { return nil }
        let sum = NodeMetrics.nanos(said.number).addingReportingOverflow(max(0, passed.partialValue))
        return sum.overflow ? nil : sum.partialValue
    }

    private func hasNoClock(_ node: UInt32) -> Bool {
        census.clocks.offset(node).magnitude > Self.clockNanosMax.magnitude
    }

    /// When a node, or an agent beside it, said something for the last time: of a span its end.
    private static func lastSign(
        _ number: UInt32, _ tally: LagTally, _ census: NodeCensus, end: UnixNanos
    ) -> Int64 {
        let times = census.members(number).flatMap { member -> [UInt64] in
            [tally.telemetry.entry(member).lastEnd]
                + (tally.configurations.seen[member] ?? [:]).values.map(\.last)
        }
        let said = [NodeMetrics.Name.configAge, .heartbeatInterval].compactMap { name in
            census.value(name, number).map { UInt64(clamping: $0.time.rawValue) }
        }
        let latest = (times + said).max() ?? 0
        return min(census.clocks.corrected(latest, node: number), end.rawValue)
    }

    /// Whether nothing comes from a node any more.
    private func isSilent(_ number: UInt32) -> Bool {
        if let heartbeat = census.heartbeat(number) { return heartbeat.state == .lost }
        // Not the very last of all: one node may have a time that is wrong.
        let others = lastSigns.values.sorted(by: >)
        guard others.count > 1, let own = lastSigns[number] else { return false }
        return others[1] &- own > Self.silentNanos
    }

    private func config(_ number: UInt32) -> ConfigurationLag? {
        let age = census.value(.configAge, number).flatMap { sinceThen($0, number) }
        let current = census.members(number).compactMap { configurations[$0] }.max { $0.first < $1.first }
        guard age != nil || current != nil else { return nil }
        // It may have looked for a newer one since, or may be switched off.
        if isSilent(number) {
            return ConfigurationLag(version: current?.version, isUnknown: true)
        }
        var lag = ConfigurationLag(ageNanos: age, version: current?.version)
        guard let newest, let current else { return lag }
        if current.version == newest.version {
            lag.adoptionNanos = max(0, current.first &- newest.first)
        } else {
            lag.behindNanos = max(0, end.rawValue &- newest.first)
        }
        return lag
    }

    /// What a mirror says, else how many known publications a node still refuses.
    private func serial(_ number: UInt32, _ versions: [VersionVisibility]) -> Int64? {
        if let own = census.value(.syncSerial, number), let target = census.value(.targetSerial, number) {
            return Int64(max(0, min(target.number - own.number, 0x1p62)))
        }
        let indexed = versions.filter { $0.published.source == .index }
        guard hasIndex, !indexed.isEmpty else { return nil }
        return Int64(
            indexed.count {
                $0.upperNanos == nil && end.rawValue &- $0.published.time.rawValue > Self.serialNanos
            })
    }

    // MARK: What limits it

    /// What wrong clocks do to an answer, and whose they are.
    private func clockNote(_ effect: String, _ nodes: [NodeLag], _ reason: String) -> QualityNote {
        let names = nodes.map(\.node.identity.name)
        return QualityNote(
            code: "skew",
            message: "\(effect) \(HumanUnits.count(names.count, "node")) \(reason): "
                + names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : ""), nodes: names)
    }

    func notes(_ nodes: [NodeLag]) -> [QualityNote] {
        var notes: [QualityNote] = []
        let corrected = nodes.filter { $0.clock?.isWorthWarning == true }
        if !corrected.isEmpty {
            notes.append(
                clockNote(
                    "arrival, visibility, list and config are corrected by the clocks of", corrected,
                    "that are off by more than 250 ms"))
        }
        let untimed = nodes.filter { ($0.clock?.offsetNanos.magnitude ?? 0) > Self.clockNanosMax.magnitude }
        if !untimed.isEmpty {
            notes.append(
                clockNote(
                    "how old configurations and synchronizations are is not told of", untimed,
                    "whose clock is off by more than a day"))
        }
        let late = nodes.filter { ($0.arrival?.alarm.level ?? .fine) != .fine }
        if !late.isEmpty {
            notes.append(
                QualityNote(
                    code: "late_data",
                    message:
                        "telemetry of \(HumanUnits.count(late.count, "node")) came late: late is not slow, and no "
                        + "other column has it in it", nodes: late.map(\.node.identity.name)))
        }
        let undecided = nodes.filter(\.isClockOrLink)
        if !undecided.isEmpty {
            notes.append(
                QualityNote(
                    code: "clock_or_link",
                    message:
                        "of \(HumanUnits.count(undecided.count, "node")) even the fastest telemetry came late: a clock that is "
                        + "behind or a slow link; requests that another node tells of would decide it",
                    nodes: undecided.map(\.node.identity.name)))
        }
        let doubted = nodes.filter { node in listsDoubted.contains { census.node($0).key == node.node.key } }
        if !doubted.isEmpty {
            notes.append(
                QualityNote(
                    code: "doubted_list",
                    message:
                        "of \(HumanUnits.count(doubted.count, "node")) a list of versions was said to be of a size that all "
                        + "others contradict: it is left out", nodes: doubted.map(\.node.identity.name)))
        }
        if tally.versions.isIncomplete {
            notes.append(
                QualityNote(
                    code: "many_versions",
                    message:
                        "more versions were asked for than are kept in mind: visibility is not complete; a shorter "
                        + "window has it all"))
        }
        return notes
    }
}
