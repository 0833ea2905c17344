import OTLPModel

/// What rules look at: all module requests of a window and of what lay before it, with what their numbers stand for.
struct IncidentData: Sendable {
    /// In how many slots of time a window is looked at.
    static let slotsMax: UInt64 = 60
    static let slotNanosMin: UInt64 = 10_000_000_000

    let rows: [IncidentRow]
    /// By place of the row, and all of them together.
    let signs: [RequestSigns]
    let signsFound: RequestSigns
    /// Nanoseconds since the Unix epoch: where the first slot begins, and where the last one ends.
    let since: UInt64
    let until: UInt64
    /// Where the window begins that is asked for: what is no request may have been told of from then on.
    let windowSince: UInt64
    let slotNanos: UInt64
    let slotCount: Int
    /// By slot: see `part`.
    private let parts: [Int]
    let names: FleetNameTables
    /// By number of the module: of the host that it comes from.
    private let hosts: [UInt32]
    let hostNames: [String]
    /// By number of the node.
    private let regions: [UInt32]
    let regionNames: [String]
    private let versions: NodeVersions
    /// When nodes went over to another version, in the order of time; `node` is a number.
    let versionChanges: [(time: UInt64, node: UInt32, from: String, to: String)]
    private static let servicesMax: UInt32 = 15
    /// The number of what checksums are asked of.
    let checksumHost: UInt32
    /// By number of the node: nodes of one number do the same work, with one software for those who ask for one host.
    private let works: [UInt32]
    private let links: NumberedLinks

    /// - Parameters:
    ///   - rows: in no order; those before the window are its baseline
    ///   - window: that is looked at, closed
    ///   - windowSince: where the one begins that is asked for; open where it is that one
    init(
        _ rows: [IncidentRow], window: Range<UInt64>, _ names: FleetNameTables,
        asked: AskedHosts = AskedHosts(), windowSince: UnixNanos = .distantPast
    ) {
        works = Self.works(names, Self.services(asked, nodeCount: names.nodes.count))
        self.rows = rows
        self.names = names
        let search = RequestSignSearch(
            rows, moduleCount: names.modules.count + 1, nodeCount: names.nodes.count + 1)
        signs = search.signs
        signsFound = search.all
        since = window.lowerBound
        self.windowSince =
            windowSince == .distantPast ? since : min(since, UInt64(max(windowSince.rawValue, 0)))
        let length = max(window.upperBound - window.lowerBound, 1)
        // Whole seconds, so that the slots of an hour are minutes.
        let second: UInt64 = 1_000_000_000
        let part = (length + Self.slotsMax - 1) / Self.slotsMax
        slotNanos = max(Self.slotNanosMin, (part + second - 1) / second * second)
        slotCount = Int((length + slotNanos - 1) / slotNanos)
        until = window.lowerBound + UInt64(slotCount) * slotNanos
        parts = Self.parts(rows, since: since, slotNanos: slotNanos, slotCount: slotCount)
        var hostNumbers = NumberedTexts()
        hosts = [0] + names.modules.map { hostNumbers.number($0.upstream) + 1 }
        checksumHost = hostNumbers.number("sum.golang.org") + 1
        hostNames = [""] + hostNumbers.texts
        var regionNumbers = NumberedTexts()
        regions = [0] + names.nodes.map { node in node.region.map { regionNumbers.number($0) + 1 } ?? 0 }
        versions = NodeVersions(names, rows)
        versionChanges = versions.changes.map { change in
            (
                change.time, change.node, names.versions[Int(change.node) - 1][Int(change.from) - 1],
                names.versions[Int(change.node) - 1][Int(change.to) - 1]
            )
        }
        regionNames = [""] + regionNumbers.texts
        links = NumberedLinks(rows, regions: regions, regionCount: regionNames.count)
    }

    /// See `Symptom.group`.
    /// - Parameter place: of the row
    func group(_ symptom: Symptom, _ place: Int) -> UInt32? { symptom.group(rows[place], signs[place], self) }

    /// By number of the node: of the host as which it is asked mostly, as far as such numbers go; 0 where nobody says it.
    private static func services(_ asked: AskedHosts, nodeCount: Int) -> [UInt32] {
        var numbers: [UInt32: UInt32] = [:]
        return asked.main(nodeCount: nodeCount).map { label in
            guard label > 0 else { return 0 }
            let number = numbers[label] ?? UInt32(numbers.count + 1)
            numbers[label] = number
            return min(number, servicesMax)
        }
    }

    private static func works(_ names: FleetNameTables, _ services: [UInt32]) -> [UInt32] {
        let software = [nil] + names.nodes.map(\.software)
        return services.indices.map { node in
            let place = software[node].flatMap { ProxySoftware.allCases.firstIndex(of: $0) }
            return services[node] << 4 | (place.map { UInt32($0) + 1 } ?? 0)
        }
    }

    /// What a node does for whom: see `works`.
    func work(_ node: UInt32) -> UInt32 { works[Int(node)] }

    /// Which service a node is a part of: nodes that are asked as one host do the same work.
    func service(_ node: UInt32) -> UInt32 { works[Int(node)] >> 4 }

    /// Whether a node has had several versions.
    func hasChanged(_ node: UInt32) -> Bool { versions.hasSeveral(node) }

    /// Whether there were other versions of its service.
    func hasOthers(version number: UInt64) -> Bool { versions.ofSeveral.contains(UInt32(number)) }

    /// The one node that ever had a version, by number, where it has had others besides; nil else.
    func soleNode(ofVersion number: UInt64) -> UInt32? { versions.soleNodes[UInt32(number)] }

    /// The versions that a node went over to about the begin of slots, by number.
    func versionsBegun(at node: UInt32, _ slots: Range<Int>) -> [UInt64] {
        let begin = times(slots).lowerBound
        return versions.changes.filter { change in
            change.node == node && change.time &+ slotNanos >= begin && change.time < begin + 2 * slotNanos
        }.map { UInt64(versions.number(node: $0.node, version: $0.to)) }
    }

    /// Nil before the window.
    func slot(_ row: IncidentRow) -> Int? { slot(ofStart: row.start) }

    /// The same for the start of a request.
    func slot(ofStart start: UInt64) -> Int? {
        guard start >= since, start < until else { return nil }
        return Int((start - since) / slotNanos)
    }

    /// Which part of the window a slot is of, of those that are held against each other to tell what is normal. Only time
    /// in which something was asked for counts: of a window of twelve hours with three of traffic, each part is a
    /// quarter of an hour of these.
    func part(ofSlot slot: Int) -> Int { parts[slot] }

    private static func parts(
        _ rows: [IncidentRow], since: UInt64, slotNanos: UInt64, slotCount: Int
    ) -> [Int] {
        var isAsked = [Bool](repeating: false, count: slotCount)
        for row in rows where row.start >= since {
            let slot = Int(clamping: (row.start - since) / slotNanos)
            if slot < slotCount { isAsked[slot] = true }
        }
        let count = max(isAsked.count { $0 }, 1)
        var before = 0
        return isAsked.map { isAsked in
            defer { if isAsked { before += 1 } }
            return min(before, count - 1) * SymptomReference.partCount / count
        }
    }

    /// The time of slots, in nanoseconds since the Unix epoch.
    func times(_ slots: Range<Int>) -> Range<UInt64> {
        (since + UInt64(slots.lowerBound) * slotNanos)..<(since + UInt64(slots.upperBound) * slotNanos)
    }

    func host(_ row: IncidentRow) -> UInt32 {
        if row.moduleKind?.isChecksum == true { return checksumHost }
        return row.module > 0 ? hosts[Int(row.module)] : 0
    }

    func region(_ node: UInt32) -> UInt32 { regions[Int(node)] }

    /// The numbers of a dimension lie below this.
    func count(_ dimension: IncidentDimension) -> Int {
        switch dimension {
        case .upstream: hostNames.count
        case .serviceVersion: versions.names.count
        case .node: regions.count
        case .link: links.count + 1
        case .region: regionNames.count
        case .module: hosts.count
        case .everything: 1
        }
    }

    /// What a request belongs to, in one dimension; nil where it has none.
    func number(_ dimension: IncidentDimension, _ row: IncidentRow) -> UInt64? {
        let number: UInt64
        switch dimension {
        case .upstream: number = UInt64(host(row))
        case .serviceVersion: number = UInt64(versions.number(row))
        case .node: number = UInt64(row.node)
        case .link:
            guard row.behind > 0 else { return nil }
            number = UInt64(links.number(region: regions[Int(row.node)], behind: row.behind))
        case .region: number = UInt64(regions[Int(row.node)])
        case .module: number = row.moduleKind?.isChecksum == true ? 0 : UInt64(row.module)
        case .everything: return 0
        }
        return number > 0 ? number : nil
    }

    func subject(_ dimension: IncidentDimension, _ number: UInt64) -> IncidentSubject {
        let low = UInt32(truncatingIfNeeded: number)
        return switch dimension {
        case .upstream: IncidentSubject(upstream: hostNames[Int(low)])
        case .serviceVersion: IncidentSubject(serviceVersion: versions.names[Int(low)])
        case .node: IncidentSubject(node: names.node(low).identity.name)
        case .link:
            IncidentSubject(
                node: names.node(links[low].behind).identity.name,
                region: links[low].region > 0 ? regionNames[Int(links[low].region)] : nil)
        case .region: IncidentSubject(region: regionNames[Int(low)])
        case .module:
            IncidentSubject(module: names.module(low)?.module, version: names.module(low)?.version)
        case .everything: IncidentSubject()
        }
    }
}
