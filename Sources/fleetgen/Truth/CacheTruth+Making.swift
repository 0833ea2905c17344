extension CacheTruth {
    init(of exchange: Exchange) {
        self.init()
        if let edge = exchange.edge, edge.node.setup.caches {
            self.edge = edge.cacheStatus.lowercased()
            // What has expired is a miss to Souin, and to an Envoy that only marks hits.
            if edge.cacheStatus == "EXPIRED", edge.node.kind != .nginx { self.edge = "miss" }
            edgeIsReported = edge.node.setup.tellsCache && !(edge.node.kind == .caddy && edge.isOwnAnswer)
        }
        switch exchange.proxy?.work {
        // A read that fails gives nothing, like one that finds nothing.
        case .hit: proxy = exchange.proxy?.status == 200 ? "hit" : "miss"
        case .miss(_, _, let stash, _):
            // Behind the client's back nobody waits.
            let waits = stash.fetch == nil && exchange.proxy?.node.setup.isAsynchronous == false
            proxy = waits ? "coalesced" : "miss"
        case .none?, .list, .latest, nil: break
        }
        clientFacing = edgeIsReported ? edge : proxy
    }
}
