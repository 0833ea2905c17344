import OTLPModel

extension TelemetryReader {
    /// Which private modules were asked of public proxies and checksum databases.
    ///
    /// - Throws: `StoreError`
    package func leaks(_ query: LeakQuery) throws(StoreError) -> LeakResult {
        try snapshot { () throws(StoreError) in
            var question = FleetQuestion(window: query.window, filter: query.filter)
            question.labelsHosts = true
            let answer = try FleetScan.run(question, self) { LeakTally(query, $0) }
            let names = FleetNameTables(answer.names)
            let found = try answer.leaks(answer.aggregate, query, names, self)
            var leaks = found.leaks
            let shown = Array(leaks.prefix(query.limit))
            let ids = try answer.traceIDs(ofRows: shown.map { ($0.segment, $0.row) }, self)
            leaks.removeAll()
            var result = found.result
            result.leaks = zip(shown, ids).map { shown, id in
                var leak = shown.leak
                leak.traceID = id
                return leak
            }
            result.privateRequests = Self.requests(answer.aggregate.requestsOfModule, query, names)
            result.requests = answer.aggregate.requests
            result.withoutHost = answer.aggregate.withoutHost
            result.calls = answer.aggregate.calls
            result.quality = answer.quality
            result.notes = damageNotes()
            return result
        }
    }

    /// How many requests were for private modules.
    private static func requests(
        _ counts: [UInt32], _ query: LeakQuery, _ names: FleetNameTables
    ) -> Int {
        var known: [String: Bool] = [:]
        var sum = 0
        for (index, count) in counts.enumerated() where count > 0 {
            let module = names.modules[index].module
            let isPrivate: Bool
            if let verdict = known[module] {
                isPrivate = verdict
            } else {
                isPrivate =
                    query.modules.hidesFromProxies(module) || query.modules.hidesFromChecksums(module)
                known[module] = isPrivate
            }
            if isPrivate { sum += Int(count) }
        }
        return sum
    }
}

/// Leaks by name, made of what a scan counted by number.
struct LeakList {
    struct Entry {
        var leak: Leak
        var outcomes: [UInt8: Int] = [:]
        /// Where the last one is.
        var segment: UInt32 = 0
        var row: UInt32 = 0
    }

    private struct Name: Hashable {
        var module: String
        var host: String
        var via: String?
        var node: FleetNode.Key
        var client: ClientName?
    }

    private let query: LeakQuery
    private let names: FleetNameTables
    private let databases: [UInt64: String]
    private let publicHosts: PublicHosts
    private var entries: [Name: Entry] = [:]

    init(_ query: LeakQuery, _ names: FleetNameTables, databases: [UInt64: String]) {
        self.query = query
        self.names = names
        self.databases = databases
        publicHosts = PublicHosts(query.mirrors)
    }

    /// One host has one name, however it is written.
    private static func withoutUsualPort(_ host: String) -> String {
        let host = host.lowercased()
        for port in [":443", ":80"] where host.hasSuffix(port) { return String(host.dropLast(port.count)) }
        return host
    }

    mutating func add(_ key: LeakTally.Key, _ sighting: LeakTally.Sighting) {
        let node = names.node(key.node)
        // Client spans are not looked at by node before.
        guard query.filter.passes(node), let module = names.module(key.module)?.module else { return }
        let own = key.host > 0 ? names.labels[Int(key.host) - 1] : node.identity.name
        var host = Self.withoutUsualPort(own)
        if key.isPassedOn {
            guard let database = databases[key.server], PublicHosts.isChecksumDatabase(database) else {
                return
            }
            host = database
        } else {
            guard publicHosts.contains(own) else { return }
        }
        let client = names.client(key.client)
        let via = key.isPassedOn ? own : nil
        let name = Name(module: module, host: host, via: via, node: node.key, client: client)
        let time = (UnixNanos(clamping: sighting.first), UnixNanos(clamping: sighting.last))
        var entry =
            entries[name]
            ?? Entry(
                leak: Leak(
                    module: module, host: host, via: via, node: node, client: client, requests: 0, kinds: [],
                    outcomes: [], first: time.0, last: .distantPast))
        entry.leak.requests += sighting.count
        entry.leak.first = min(entry.leak.first, time.0)
        if (time.1, sighting.segment, sighting.row) > (entry.leak.last, entry.segment, entry.row) {
            entry.leak.last = time.1
            (entry.segment, entry.row) = (sighting.segment, sighting.row)
        }
        for kind in ModuleKind.allCases where sighting.kinds & (1 << UInt32(kind.rawValue)) != 0 {
            entry.leak.kinds.insert(kind)
        }
        entry.outcomes[key.outcome, default: 0] += sighting.count
        entries[name] = entry
    }

    /// The most frequent first.
    var leaks: [Entry] {
        entries.values.map { entry in
            var entry = entry
            entry.leak.outcomes = entry.outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { (RequestOutcome(rawValue: $0.key), $0.value) }
            return entry
        }.sorted { left, right in
            let (left, right) = (left.leak, right.leak)
            if left.requests != right.requests { return left.requests > right.requests }
            let ours = (left.module, left.host, left.via ?? "", left.node.identity.name)
            let theirs = (right.module, right.host, right.via ?? "", right.node.identity.name)
            if ours != theirs { return ours < theirs }
            return (left.client?.address ?? "", left.client?.userAgent ?? "")
                < (right.client?.address ?? "", right.client?.userAgent ?? "")
        }
    }

    /// The sums; the rest is not filled in.
    var result: LeakResult {
        let all = entries.values.map(\.leak)
        return LeakResult(
            leaks: [], leakCount: all.count, modules: Set(all.map(\.module)).count,
            hosts: Set(all.map(\.host)).sorted(), clients: Set(all.compactMap(\.client)).count,
            leakedRequests: all.reduce(0) { $0 + $1.requests }, requests: 0, privateRequests: 0,
            withoutHost: 0, calls: 0, quality: FleetQuality(), notes: [])
    }
}

extension LeakTally.Key {
    /// Who passed a request on.
    fileprivate var server: UInt64 { UInt64(host) << 32 | UInt64(node) }
}

extension FleetScan.Answer {
    /// What a scan has found, by name.
    /// - Throws: `StoreError`
    func leaks(
        _ tally: LeakTally, _ query: LeakQuery, _ names: FleetNameTables, _ reader: TelemetryReader
    ) throws(StoreError) -> LeakList {
        var found = LeakList(query, names, databases: try databases(tally, query, names, reader))
        for (key, sighting) in tally.sightings { found.add(key, sighting) }
        return found
    }

    /// The checksum databases that proxies were asked about private modules of, by proxy: as one of these requests says.
    fileprivate func databases(
        _ tally: LeakTally, _ query: LeakQuery, _ names: FleetNameTables, _ reader: TelemetryReader
    ) throws(StoreError) -> [UInt64: String] {
        var examples: [UInt64: LeakTally.Sighting] = [:]
        for (key, sighting) in tally.sightings where key.isPassedOn {
            guard let known = examples[key.server] else {
                examples[key.server] = sighting
                continue
            }
            if (sighting.segment, sighting.row) < (known.segment, known.row) {
                examples[key.server] = sighting
            }
        }
        let ordered = examples.sorted { $0.key < $1.key }
        let spans = try spans(ofRows: ordered.map { ($0.value.segment, $0.value.row) }, reader)
        var databases: [UInt64: String] = [:]
        for (example, span) in zip(ordered, spans) {
            guard let span, let request = SpanClassification(span.span)?.request else { continue }
            databases[example.key] = request.sumdb?.lowercased()
        }
        return databases
    }
}
