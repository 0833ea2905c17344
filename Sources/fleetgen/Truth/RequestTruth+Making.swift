import OTLPModel

extension RequestTruth {
    /// - Parameters:
    ///   - spans: all that the request left behind, in the order in which they are emitted.
    ///   - isDelivered: whether a node's server span reaches the collector.
    init(of exchange: Exchange, spans: [EmittedSpan], isDelivered: (FleetNode) -> Bool) {
        self.init()
        number = exchange.number
        clientAddress = exchange.client?.address
        userAgent = exchange.client?.userAgent
        edge = exchange.edge?.node.instance
        proxy = exchange.proxy?.node.instance
        host = exchange.edge?.node.setup.host
        kind = exchange.target.kind.analystName
        module = exchange.target.modulePath
        version = exchange.target.version
        path = exchange.target.wirePath
        isProbe = !exchange.target.exists
        status = exchange.status
        startNs = exchange.start
        durationNs = exchange.answered - exchange.start
        bodyBytes = exchange.edge?.bodyBytes ?? exchange.proxy?.bodyBytes ?? 0
        transferNs = exchange.edge?.sendingNanos ?? 0
        stages = StageTimes(of: exchange)
        longestStage = stages.longest
        outcome = Self.outcome(of: exchange)
        reportedStatus = Self.reportedStatus(of: exchange)
        reportedBodyBytes = Self.reportedBodyBytes(of: exchange)
        proxyStatus = exchange.proxy?.status
        proxyStartNs = exchange.proxy?.interval.start
        proxyDurationNs = exchange.proxy?.interval.nanoseconds
        proxyBodyBytes = exchange.proxy?.bodyBytes
        slowClass = Self.slowClass(of: exchange, stages)
        cache = CacheTruth(of: exchange)
        edgeIsDelivered = exchange.edge.map { isDelivered($0.node) }
        proxyIsDelivered = exchange.proxy.map { isDelivered($0.node) }
        add(spans, of: exchange)
    }

    private mutating func add(_ spans: [EmittedSpan], of exchange: Exchange) {
        guard let first = spans.first?.span else { return }
        spanId = Hexadecimal.text(first.spanID)
        reportedStartNs = first.startTimeUnixNano
        reportedDurationNs = first.endTimeUnixNano &- first.startTimeUnixNano
        for emitted in spans {
            let trace = Hexadecimal.text(emitted.span.traceID)
            if !traceIds.contains(trace) { traceIds.append(trace) }
        }
        guard let stash = exchange.proxy?.stash, let trace = traceIds.last else { return }
        var fetch = FetchWorkTruth()
        fetch.traceId = trace
        fetch.isLeader = stash.fetch != nil
        fetch.startNs = stash.interval.start
        fetch.durationNs = stash.interval.nanoseconds
        fetch.upstreamNs = stash.fetch?.download.nanoseconds ?? 0
        fetch.isStored = stash.fetch?.save != nil
        self.fetch = fetch
    }

    private static func outcome(of exchange: Exchange) -> String {
        if exchange.edge?.isOwnAnswer == true {
            if exchange.edge?.node.kind == .caddy { return "false_200" }
            return switch exchange.status {
            case 499: "aborted"
            case 504: "timeout"
            default: "upstream_error"
            }
        }
        switch exchange.status {
        case 200 where exchange.target.kind == .zip && (exchange.edge?.bodyBytes ?? 22) < 22: return "empty"
        case 200: return "ok"
        case 429: return "rate_limited"
        case 404 where !exchange.target.exists: return "probe"
        case 404: return exchange.answered - exchange.start >= 10_000_000_000 ? "masked_timeout" : "not_found"
        case 504: return "timeout"
        case 301: return "redirected"
        default: return "internal_error"
        }
    }

    private static func reportedStatus(of exchange: Exchange) -> Int? {
        guard let edge = exchange.edge else { return exchange.status }
        switch edge.node.kind {
        case .envoy where edge.status == 499: return nil
        case .caddy where edge.isOwnAnswer: return 200
        default: return edge.status
        }
    }

    private static func reportedBodyBytes(of exchange: Exchange) -> Int64? {
        guard let edge = exchange.edge else {
            return exchange.proxy.flatMap { $0.bodyBytes > 0 ? $0.bodyBytes : nil }
        }
        return switch edge.node.kind {
        case .nginx, .envoy: edge.bodyBytes
        case .caddy, .athens, .go: edge.isOwnAnswer || edge.bodyBytes == 0 ? nil : edge.bodyBytes
        case .traefik: nil
        }
    }

    /// A request is slow when it takes more than a second and three times as long as its size explains: 0.2 s and
    /// 10 MB/s.
    private static func slowClass(of exchange: Exchange, _ stages: StageTimes) -> String? {
        let seconds = Double(exchange.answered - exchange.start) / 1e9
        let bytes = Double(exchange.edge?.bodyBytes ?? exchange.proxy?.bodyBytes ?? 0)
        guard seconds > max(1, 3 * (0.2 + bytes / 10e6)) else { return nil }
        if exchange.status == 404, seconds >= 10 { return "masked_timeout" }
        // The edge did not reach its proxy: whatever was asked for, nobody looked for it.
        if exchange.proxy == nil, exchange.edge?.isOwnAnswer == true { return "edge_origin" }
        switch exchange.target.kind {
        case .list, .latest: return "list_latest"
        case .query: return "query"
        case .sumdbSupported, .sumdbLookup, .sumdbTile: return "sumdb"
        case .info, .mod, .zip, .health: break
        }
        switch stages.longest {
        case "queue": return "queue"
        case "lock": return "lock"
        case "coalesced": return "coalesced"
        case "network", "serve":
            let sending = exchange.edge?.sendingNanos ?? 0
            return bytes >= 1_048_576 && 2 * sending > stages.networkNs + stages.serveNs
                ? "transfer" : "edge_origin"
        default: return "cold_vcs"
        }
    }
}
