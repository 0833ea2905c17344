/// Adds up requests by what they are compared by.
struct ComparisonGroups: FleetAggregate {
    /// What a group is called. A node makes groups of its own of requests that do not say how they were encoded: only
    /// at nodes that say it of others this means that they were not.
    struct Name: Hashable, Sendable {
        var text: String
        /// Of nodes: what tells those of one name apart.
        var service: String?
        var silentNode: UInt32 = 0
    }

    let key: ComparisonKey
    let unit: ComparisonUnit
    private let names: FleetNames
    private(set) var groupNames: [Name] = []
    private(set) var tallies: [ComparisonTally] = []
    private var numbers: [Name: UInt32] = [:]
    /// Of fetches, sessions and clients only: what each worker found.
    private var found = [FoundRows()]
    /// By number of what a group is of: one more than the place of the group, 0 where it is not known yet.
    private var groupOf: [UInt32] = []
    /// The same of versions of nodes, whose numbers do not follow each other.
    private var groupOfVersion: [UInt32: UInt32] = [:]
    /// Requests that do not have what is asked for.
    private(set) var unnamed = 0
    /// What edges asked whose own spans are lost, and is left out.
    private(set) var behindLostEdges = 0
    /// Requests of nobody that is known, which are in no session.
    private(set) var withoutClient = 0
    /// Nodes that say of some responses how they were encoded.
    private(set) var encodingNodes: Set<UInt32> = []
    /// Who had which version when; nil where groups are not made of nodes.
    private(set) var visibility: VisibilityTally?

    init(key: ComparisonKey, unit: ComparisonUnit, window: TimeWindow, names: FleetNames) {
        self.key = key
        self.unit = unit
        self.names = names
        if key.isOfNodes { visibility = VisibilityTally(window: window) }
    }

    /// There may be as many clients as requests, and each request is of another one: looking up the tally of each costs more
    /// than laying all requests to their clients after the scan. The groups of rows are numbers of clients until then.
    private var isByClient: Bool { key == .dimension(.client) }

    /// Nodes are compared by what they saw themselves, hops included; so are the versions of their software.
    private var isByNode: Bool {
        guard case .dimension(let dimension) = key else { return false }
        return dimension.isOfNodes && unit == .request
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        try visibility?.add(spansOf: segment)
    }

    mutating func add(_ group: ExchangeGroup) {
        visibility?.add(group)
        // Numbers that were given meanwhile are looked up once for all of the group.
        var tables: FleetNameTables?
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard exchange.isRequest || isByNode, exchange.moduleKind?.isModuleRequest == true else {
                continue
            }
            guard exchange.outcome != RequestOutcome.probe.rawValue,
                exchange.outcome != RequestOutcome.aborted.rawValue
            else { continue }
            guard !isOfNoClient(exchange) else {
                behindLostEdges += 1
                continue
            }
            guard let number = number(of: exchange, place, group, &tables) else {
                unnamed += 1
                continue
            }
            let row = ComparisonRow(
                start: exchange.start, durationNanos: exchange.durationNanos, bytes: exchange.bytes ?? 0,
                client: exchange.client, module: exchange.module, group: number, kind: exchange.kind,
                outcome: exchange.outcome,
                cacheResult: isByNode ? exchange.cacheResult : exchange.facingResult)
            if key == .encoding { tallies[Int(number)].addSize(row) }
            if unit == .request, !isByClient {
                tallies[Int(number)].add(row)
                if !exchange.isRequest { tallies[Int(number)].addPassedOn() }
                tallies[Int(number)].add(unitNanos: row.durationNanos)
            } else if exchange.client == 0 {
                withoutClient += 1
            } else {
                found[0].append(row)
            }
        }
    }

    /// What an edge asked that does not tell of itself is the misses of that edge, and no request of a client: no group of
    /// clients' requests has it. Who is compared as a mirror was not asked by clients even where no edge tells of itself.
    private func isOfNoClient(_ exchange: Exchange) -> Bool {
        if key == .host { return exchange.isBehindLostEdge }
        return !isByNode && exchange.flags.contains(.behindLostEdge)
    }

    /// The group of a request; nil where it does not have what is asked for.
    private mutating func number(
        of exchange: Exchange, _ place: Int, _ group: ExchangeGroup, _ tables: inout FleetNameTables?
    ) -> UInt32? {
        var of = key.code(exchange)
        // What the client faced may not say what its hops do.
        if of == 0, !key.labels.isEmpty {
            of = group.hops(of: place).lazy.map { group.exchanges[$0].label }.first { $0 > 0 } ?? 0
        }
        if key == .encoding {
            guard of > 0 else { return number(Name(text: "none", silentNode: exchange.node)) }
            encodingNodes.insert(exchange.node)
        }
        guard of > 0 else { return nil }
        if isByClient { return of }
        let isOfVersion = key == .dimension(.serviceVersion)
        if isOfVersion {
            if let known = groupOfVersion[of] { return known }
        } else if Int(of) < groupOf.count, groupOf[Int(of)] > 0 {
            return groupOf[Int(of)] - 1
        }
        let known = tables ?? FleetNameTables(names)
        tables = known
        guard let text = key.text(of, known), !text.isEmpty else { return nil }
        let number = number(
            Name(text: text, service: key == .dimension(.node) ? known.node(of).service : nil))
        if isOfVersion {
            groupOfVersion[of] = number
        } else {
            remember(number, of)
        }
        return number
    }

    private mutating func remember(_ number: UInt32, _ of: UInt32) {
        while groupOf.count <= Int(of) { groupOf.append(0) }
        groupOf[Int(of)] = number + 1
    }

    private mutating func number(_ name: Name) -> UInt32 {
        if let known = numbers[name] { return known }
        let number = UInt32(groupNames.count)
        groupNames.append(name)
        tallies.append(ComparisonTally())
        numbers[name] = number
        return number
    }

    mutating func merge(_ other: ComparisonGroups) {
        let renumbered = other.groupNames.map { number($0) }
        for (number, tally) in zip(renumbered, other.tallies) { tallies[Int(number)].merge(tally) }
        found += isByClient ? other.found : other.found.map { $0.renumbered(renumbered) }
        unnamed += other.unnamed
        behindLostEdges += other.behindLostEdges
        withoutClient += other.withoutClient
        encodingNodes.formUnion(other.encodingNodes)
        if let more = other.visibility { visibility?.merge(more) }
    }

    // MARK: After the scan

    /// The groups; what nobody says how it was encoded is counted as unnamed.
    mutating func finished() -> [Name: ComparisonTally] {
        addUnits()
        var found: [Name: ComparisonTally] = [:]
        found.reserveCapacity(tallies.count)
        for (name, tally) in zip(groupNames, tallies) {
            guard name.silentNode == 0 || encodingNodes.contains(name.silentNode) else {
                unnamed += tally.requests
                continue
            }
            found[Name(text: name.text, service: name.service), default: ComparisonTally()].merge(tally)
        }
        return found
    }

    /// Names that several nodes have, among those of some groups.
    static func sharedNames(_ groups: some Sequence<Name>) -> SharedNames {
        SharedNames(groups.compactMap { group in group.service.map { (name: group.text, service: $0) } })
    }

    /// Groups by what they are called.
    static func named(
        _ groups: [Name: ComparisonTally], _ shared: SharedNames
    ) -> [String: ComparisonTally] {
        var found: [String: ComparisonTally] = [:]
        found.reserveCapacity(groups.count)
        for (name, tally) in groups {
            let label = name.service.map { shared.label(name.text, $0) } ?? name.text
            if found[label]?.merge(tally) == nil { found[label] = tally }
        }
        return found
    }

    /// Clients of one address are one group, whatever they call themselves.
    private mutating func addClient(_ client: UInt32, _ tally: ComparisonTally) {
        let address = names.client(client).address
        guard !address.isEmpty else {
            unnamed += tally.requests
            return
        }
        tallies[Int(number(Name(text: address)))].merge(tally)
    }

    /// Adds up the requests of clients, or makes fetches and sessions of them. What belongs together lies in one part.
    private mutating func addUnits() {
        guard unit != .request || isByClient else { return }
        let units = ComparisonUnits(unit)
        let found = found
        let parts = ParallelWork.map(FoundRows.partCount) { part in
            units.tallies(of: found.flatMap { $0.rows(ofPart: part) })
        }
        self.found = [FoundRows()]
        for (group, tally) in parts.joined() {
            if isByClient { addClient(group, tally) } else { tallies[Int(group)].merge(tally) }
        }
    }
}
