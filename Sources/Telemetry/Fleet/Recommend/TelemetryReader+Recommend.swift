import OTLPModel

extension TelemetryReader {
    /// Which GOPROXY to use in each region, by how proxies served its clients.
    ///
    /// - Throws: `StoreError`
    package func recommend(_ query: RecommendQuery) throws(StoreError) -> RecommendResult {
        try snapshot { () throws(StoreError) in
            // Who asked is known where all nodes are looked at: behind an edge that is left out a proxy would seem to be
            // what its clients asked.
            var filter = query.filter
            filter.region = nil
            var question = FleetQuestion(window: query.window, filter: filter)
            question.labelsHosts = true
            let answer = try FleetScan.run(question, self) { ProxyTally(query, $0) }
            let groups = ProxyGroups(answer.aggregate, query, FleetNameTables(answer.names))
            let best = groups.best
            let spans = try answer.spans(ofRows: best.map { ($0.sum.segment, $0.sum.row) }, self)
            let advice = ProxyAdvice(query)
            var result = RecommendResult(
                candidates: [], recommendations: [], requests: answer.aggregate.requests,
                withoutHost: answer.aggregate.withoutHost,
                behindLostEdges: answer.aggregate.behindLostEdges, isCut: answer.aggregate.isCut,
                quality: answer.quality, notes: [])
            let byRegion = Dictionary(grouping: zip(best, spans)) { $0.0.name.region }
            // Regions by name, what names none at the end.
            for (region, found) in byRegion.sorted(by: { ($0.key ?? "\u{10ffff}") < ($1.key ?? "\u{10ffff}") }
            ) {
                var candidates = ProxyGroups.candidates(found, query)
                result.recommendations.append(advice.recommend(region, &candidates))
                result.candidates += candidates
            }
            result.notes = damageNotes()
            return result
        }
    }
}

/// What proxies did, by region and host.
private struct ProxyGroups {
    struct Name: Hashable {
        var region: String?
        var host: String
        var view: ProxyView
    }

    private var sums: [Name: ProxyTally.Sum] = [:]

    init(_ tally: ProxyTally, _ query: RecommendQuery, _ names: FleetNameTables) {
        for (key, sum) in tally.sums {
            let node = names.node(key.node)
            // Client spans are not looked at by node before.
            guard query.filter.passes(node) else { continue }
            let host = names.labels[Int(key.host) - 1]
            let name = Name(
                region: node.region, host: query.mirrors[telemetryHost: host]?.address.name ?? host,
                view: key.view)
            sums[name, default: ProxyTally.Sum()].merge(sum)
        }
    }

    /// Of each host in a region what tells most: what clients saw, unless that is too little.
    var best: [(name: Name, sum: ProxyTally.Sum)] {
        struct Place: Hashable {
            var region: String?
            var host: String
        }
        return Dictionary(grouping: sums) { Place(region: $0.key.region, host: $0.key.host) }.values
            .compactMap { views in
                let ordered = views.sorted { $0.key.view.rawValue < $1.key.view.rawValue }
                let chosen =
                    ordered.first { $0.value.tally.outcomes >= ProxyCandidate.requestsMin }
                    ?? ordered.max { $0.value.tally.outcomes < $1.value.tally.outcomes }
                return chosen.map { (name: $0.key, sum: $0.value) }
            }.sorted { ($0.name.region ?? "", $0.name.host) < ($1.name.region ?? "", $1.name.host) }
    }

    /// - Parameter found: the proxies of one region, each with a span that says how it was asked
    static func candidates(
        _ found: [(group: (name: Name, sum: ProxyTally.Sum), span: StoredSpan?)], _ query: RecommendQuery
    ) -> [ProxyCandidate] {
        let figures = ComparisonFigures(unit: .request)
        // All are held against who was fastest of those with enough requests.
        let fastest = found.map(\.group.sum.tally).filter { $0.outcomes >= ProxyCandidate.requestsMin }
            .min { Self.p95($0) < Self.p95($1) }.map { ComparisonFigures.Baseline($0) }
        return ParallelWork.map(found.count) { place in
            let (group, span) = found[place]
            let mirror = query.mirrors[telemetryHost: group.name.host]
            return ProxyCandidate(
                region: group.name.region, host: GoProxyAddress.shown(group.name.host), mirror: mirror,
                url: mirror?.url
                    ?? GoProxyAddress.shown(ObservedAddress(host: group.name.host, span?.span).url),
                view: group.name.view,
                figures: figures.group(group.name.host, group.sum.tally, over: fastest, isBaseline: false),
                outcomes: group.sum.tally.outcomes, privateServed: group.sum.privateServed)
        }
    }

    private static func p95(_ tally: ComparisonTally) -> Int64 {
        tally.durations.sketch.quantile(0.95) ?? .max
    }
}

/// How a proxy that no file knows is written in a GOPROXY list, by how it was asked.
struct ObservedAddress {
    let url: String

    /// - Parameters:
    ///   - host: with the port where it is not the usual one
    ///   - span: of a request to it; nil where there is none
    init(host: String, _ span: OTLPModel.Span?) {
        func text(_ keys: [String]) -> String? {
            keys.lazy.compactMap { span?.attributes.string(of: $0) }.first { !$0.isEmpty }
        }
        let whole = text(["url.full", "http.url"]).flatMap { try? GoProxyAddress($0) }
        let scheme = text(["url.scheme", "http.scheme"]) ?? whole.map(\.scheme.rawValue)
        let base = span.flatMap { SpanClassification($0)?.request?.basePath } ?? ""
        // What nobody says is asked with TLS.
        url = (scheme == "http" ? "http://" : "https://") + host + base
    }
}
