import OTLPModel

/// Collects which hosts were asked for modules, and what tells of modules that they are private.
struct ObservationTally: FleetAggregate {
    private struct Signs: OptionSet, Sendable {
        let rawValue: UInt8
        static let hadInPublic = Signs(rawValue: 1)
        static let missingInPublic = Signs(rawValue: 2)
        static let hadElsewhere = Signs(rawValue: 4)
        /// `goproxy.module.private`.
        static let declared = Signs(rawValue: 8)
    }

    private let window: TimeWindow
    private let names: FleetNames
    private var publicHosts: HostKnowledge
    /// Numbers of labels.
    private var hosts: Set<UInt32> = []
    /// By number of the module less one: what was seen of it, and how often clients asked for it.
    private var signs: [Signs] = []
    private var counts: [UInt32] = []
    private(set) var requests = 0

    init(window: TimeWindow, mirrors: MirrorList, _ names: FleetNames) {
        self.window = window
        self.names = names
        let hosts = PublicHosts(mirrors)
        publicHosts = HostKnowledge(names) { hosts.contains($0) }
    }

    mutating func add(_ group: ExchangeGroup) {
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard exchange.moduleKind?.isModuleRequest == true else { continue }
            if exchange.isRequest { requests += 1 }
            if exchange.label > 0 { hosts.insert(exchange.label) }
            guard exchange.module > 0 else { continue }
            note(exchange.module, exchange.label, exchange.outcome, count: exchange.isRequest ? 1 : 0)
        }
    }

    private mutating func note(_ module: UInt32, _ host: UInt32, _ outcome: UInt8, count: UInt32) {
        let isPublic = publicHosts.contains(host)
        let sign: Signs
        switch RequestOutcome(rawValue: outcome) {
        case .ok where isPublic: sign = .hadInPublic
        case .ok where host > 0: sign = .hadElsewhere
        case .notFound where isPublic, .gone where isPublic: sign = .missingInPublic
        default: sign = []
        }
        add(sign, module, count: count)
    }

    private mutating func add(_ sign: Signs, _ module: UInt32, count: UInt32) {
        while signs.count < Int(module) {
            signs.append([])
            counts.append(0)
        }
        signs[Int(module) - 1].formUnion(sign)
        counts[Int(module) - 1] &+= count
    }

    mutating func add(assembled segment: SegmentExchanges) throws(StoreError) { try add(spansOf: segment) }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        let calls = try segment.clientCalls(in: window, names) { _ in true }
        let declared = try Self.declared(segment, names, window)
        for call in calls where call.kind.isModuleRequest {
            hosts.insert(call.host)
            note(call.module, call.host, call.outcome, count: 0)
        }
        for module in declared { add(.declared, module, count: 0) }
    }

    /// The modules of which a span says that they are private.
    private static func declared(
        _ segment: SegmentExchanges, _ names: FleetNames, _ window: TimeWindow
    ) throws(StoreError) -> Set<UInt32> {
        let key = SpanKey.attribute("goproxy.module.private")
        guard let coded = try SegmentRows(segment.view).coded(key) else { return [] }
        let isTrue = (0..<coded.codeCount).map { coded.value(of: UInt32($0)).text == "true" }
        guard isTrue.contains(true) else { return [] }
        let modules = try ModuleRows(segment.view)
        let numbers = names.numbers(ofModules: modules.nameTable)
        var found: Set<UInt32> = []
        for row in coded.codes.indices where isTrue[Int(coded.codes[row])] {
            guard window.contains(UnixNanos(clamping: segment.starts[row])) else { continue }
            if let module = modules.number(row) { found.insert(numbers[module]) }
        }
        return found
    }

    mutating func merge(_ other: ObservationTally) {
        hosts.formUnion(other.hosts)
        for (index, sign) in other.signs.enumerated() {
            add(sign, UInt32(index + 1), count: other.counts[index])
        }
        requests += other.requests
    }

    // MARK: After the scan

    /// What was seen, by name. A module is private where a span says so, or where a public host did not have it, in any
    /// version, and another one had.
    func observed(_ names: FleetNameTables) -> ObservedModules {
        var modules: [String: (signs: Signs, count: Int)] = [:]
        for (index, sign) in signs.enumerated() {
            let name = names.modules[index].module
            let known = modules[name] ?? (signs: [], count: 0)
            modules[name] = (known.signs.union(sign), known.count + Int(counts[index]))
        }
        let found = modules.filter { _, module in
            module.signs.contains(.declared)
                || (module.signs.contains([.missingInPublic, .hadElsewhere])
                    && !module.signs.contains(.hadInPublic))
        }
        return ObservedModules(
            hosts: Set(hosts.map { FleetNames.withoutPort(names.labels[Int($0) - 1]) }),
            privateModules: found.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.key))
    }
}

extension TelemetryReader {
    /// What telemetry of a window tells of the modules that were asked for, and how many requests that was.
    ///
    /// - Throws: `StoreError`
    package func observedModules(
        in window: TimeWindow, mirrors: MirrorList
    ) throws(StoreError) -> (observed: ObservedModules, requests: Int) {
        try snapshot { () throws(StoreError) in
            var question = FleetQuestion(window: window)
            question.labelsHosts = true
            let answer = try FleetScan.run(question, self) {
                ObservationTally(window: window, mirrors: mirrors, $0)
            }
            let tally = answer.aggregate
            return (tally.observed(FleetNameTables(answer.names)), tally.requests)
        }
    }
}
