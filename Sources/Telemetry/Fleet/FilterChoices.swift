/// What filters choose from.
package enum FilterScope: Sendable {
    /// All spans.
    case spans
    /// What servers of any kind were asked for, health checks left out.
    case requests
    case moduleRequests
    /// Module requests, and what clients tell of others whom they asked.
    case calls
    /// Whoever sent anything.
    case nodes
}

/// The names that a window has for filters to fit.
package struct FilterChoices: Sendable {
    /// A filter that is about names, in the order of the options.
    package enum Filter: String, CaseIterable, Sendable {
        case service
        case node
        case module
        case proxy
        case region
        case upstream
    }

    /// A filter that none of the names fits.
    package struct Missed: Sendable {
        package var filter: Filter
        package var pattern: String
        /// What there is in its place, in order.
        package var names: [String]
    }

    /// What has no name is called "".
    private var names: [Filter: Set<String>] = [:]

    package var isEmpty: Bool { names.isEmpty }

    mutating func add(_ filter: Filter, _ name: String) { names[filter, default: []].insert(name) }

    mutating func add(_ node: FleetNode) {
        add(.node, node.identity.name)
        add(.service, node.service)
        add(.region, node.region ?? "")
        if node.role == .proxy || node.role == .origin { add(.proxy, node.identity.name) }
    }

    mutating func add(_ module: ModuleName) {
        add(.module, module.module)
        add(.upstream, module.upstream)
    }

    /// The filters that let nothing pass, each by itself.
    package func missed(_ filter: FleetFilter) -> [Missed] {
        Filter.allCases.compactMap { kind in
            guard let pattern = filter.pattern(kind) else { return nil }
            let names = names[kind] ?? []
            let glob = GlobPattern(pattern)
            guard !names.contains(where: { glob.matches($0) }) else { return nil }
            return Missed(filter: kind, pattern: pattern, names: names.filter { !$0.isEmpty }.sorted())
        }
    }
}

extension FleetFilter {
    /// Whether it is about any names.
    package var concernsNames: Bool { FilterChoices.Filter.allCases.contains { pattern($0) != nil } }

    fileprivate func pattern(_ filter: FilterChoices.Filter) -> String? {
        switch filter {
        case .service: service
        case .node: node
        case .module: module
        case .proxy: proxy
        case .region: region
        case .upstream: upstream
        }
    }
}

/// Who told of requests of a window, and what these were for.
private struct ChoiceTally: FleetAggregate {
    private let scope: FilterScope
    /// By number.
    private(set) var nodes: Set<UInt32> = []
    private(set) var modules: Set<UInt32> = []

    init(_ scope: FilterScope) { self.scope = scope }

    mutating func add(_ group: ExchangeGroup) {
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard isWanted(exchange) else { continue }
            nodes.insert(exchange.node)
            if exchange.module > 0 { modules.insert(exchange.module) }
        }
    }

    private func isWanted(_ exchange: Exchange) -> Bool {
        guard scope == .requests else { return exchange.moduleKind?.isModuleRequest == true }
        return exchange.moduleKind != .ops && !exchange.flags.contains(.clientSide)
    }

    mutating func merge(_ other: ChoiceTally) {
        nodes.formUnion(other.nodes)
        modules.formUnion(other.modules)
    }
}

extension TelemetryReader {
    /// What filters might have meant in a window in which nothing fits them.
    /// - Throws: `StoreError`
    package func filterChoices(
        _ scope: FilterScope, in window: TimeWindow, now: UnixNanos
    ) throws(StoreError) -> FilterChoices {
        var choices = FilterChoices()
        switch scope {
        case .spans:
            let query = StatsQuery(window: window, keys: [.node, .service], isApproximate: true)
            for group in try stats(query).groups {
                choices.add(.node, group.key[0].text)
                choices.add(.service, group.key[1].text)
            }
        case .nodes:
            for report in try fleetNodes(FleetNodesQuery(window: window, now: now)).nodes {
                choices.add(report.node)
            }
        case .requests, .moduleRequests, .calls:
            try snapshot { () throws(StoreError) in
                let answer = try FleetScan.run(FleetQuestion(window: window), self) { _ in ChoiceTally(scope)
                }
                let names = FleetNameTables(answer.names)
                for number in answer.aggregate.nodes { choices.add(names.node(number)) }
                for number in answer.aggregate.modules {
                    if let module = names.module(number) { choices.add(module) }
                }
            }
        }
        return choices
    }
}
