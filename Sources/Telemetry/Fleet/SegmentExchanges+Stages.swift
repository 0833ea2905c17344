/// Which stage of a request the pieces of its critical path belong to: what the span does tells it, and where in the
/// span the piece lies.
extension SegmentExchanges {
    /// The stage of a piece in which a span waited for no child of its own.
    /// - Parameters:
    ///   - from: where the piece begins
    ///   - place: the exchange whose path it is
    ///   - tree: that of the segment
    func stage(ofRow row: Int, from: UInt64, in place: Int, _ tree: SegmentTree) -> Stage {
        // What a hop's cache did tells of its own time.
        let nearest = tree.nearest[row]
        let own = nearest >= 0 ? exchanges[Int(nearest)] : exchanges[place]
        if own.isCutOff { return .network }
        return stage(
            ofRow: row, from: from, kind: own.moduleKind,
            cacheResult: CacheResult(rawValue: own.cacheResult) ?? .unknown, tree)
    }

    /// - Parameters:
    ///   - kind: of the request; nil when it is not known
    ///   - cacheResult: what the cache of the node did that the span belongs to
    func stage(
        ofRow row: Int, from: UInt64, kind: ModuleKind?, cacheResult: CacheResult, _ tree: SegmentTree
    ) -> Stage {
        switch tree.roles[row] {
        case .server: server(row, from, kind, cacheResult, tree)
        case .client: Self.client(row, kind, tree)
        case .protocolCall: call(row, from, cacheResult, tree)
        case .storageRead: isSecondLookup(row, tree) ? .serve : .lookup
        case .storageWrite: .store
        // Athens makes no span below a wait for the fetch of another request.
        case .flight: tree.children.isEmpty(row) ? .coalesced : .queue
        case .lock: tree.children.isEmpty(row) ? .coalesced : .lock
        case .lockWait: .lock
        case .pool, .poolWait: .queue
        case .flightWait: .coalesced
        case .stash, .fetch, .listing: .upstream
        case .verification: .verify
        // Such as the middlewares of Traefik: what an edge does between its own span and that of asking the proxy.
        case .other: Self.leadsToHop(row, tree) ? .network : .other
        }
    }

    private func server(
        _ row: Int, _ from: UInt64, _ kind: ModuleKind?, _ cacheResult: CacheResult, _ tree: SegmentTree
    ) -> Stage {
        var hasHop = false
        for child in tree.children[row].prefix(Self.linksMax) {
            switch tree.roles[child] {
            // The proxy's pool has a worker from when the call starts; before that the request waits for one.
            case .protocolCall: return from < starts[child] ? .queue : .serve
            case .server, .client: hasHop = true
            case .other: hasHop = hasHop || Self.leadsToHop(child, tree)
            default: break
            }
        }
        if hasHop { return .network }
        if cacheResult.isHit { return .serve }
        if kind?.isChecksum == true { return .verify }
        // Nothing is known of what lies behind it but what its cache says.
        return cacheResult.isLookup ? .upstream : .serve
    }

    private static func client(_ row: Int, _ kind: ModuleKind?, _ tree: SegmentTree) -> Stage {
        if tree.children[row].prefix(linksMax).contains(where: { tree.roles[$0] == .server }) {
            return .network
        }
        if tree.parents[row] >= 0 {
            switch tree.roles[Int(tree.parents[row])] {
            case .storageRead: return .lookup
            case .storageWrite: return .store
            case .verification: return .verify
            default: break
            }
        }
        return kind?.isChecksum == true ? .verify : .upstream
    }

    private func call(_ row: Int, _ from: UInt64, _ cacheResult: CacheResult, _ tree: SegmentTree) -> Stage {
        let lookups = AthensTrace.lookups(of: row, tree.links, starts, durations)
        guard let first = lookups.first, from >= first.end else { return .lookup }
        if lookups.count > 1 { return from < lookups[1].start ? .upstream : .serve }
        // What was found at once was not fetched, however long it took to give it out.
        guard !cacheResult.isHit else { return .serve }
        return AthensTrace.waited(.init(row: row, lookups: lookups), callEnd: end(row)) ? .upstream : .serve
    }

    private func isSecondLookup(_ row: Int, _ tree: SegmentTree) -> Bool {
        let parent = Int(tree.parents[row])
        guard parent >= 0, tree.roles[parent] == .protocolCall else { return false }
        let lookups = AthensTrace.lookups(of: parent, tree.links, starts, durations)
        return lookups.first.map { $0.start < starts[row] } ?? false
    }

    /// Whether a hop, or the span of asking for one, lies below a span.
    private static func leadsToHop(_ row: Int, _ tree: SegmentTree) -> Bool {
        // Mostly it lies right below, or nothing does.
        var below: [Int] = []
        for child in tree.children[row] {
            switch tree.roles[child] {
            case .server, .client: return true
            case .other: below.append(child)
            default: break
            }
        }
        // No trace has more spans than these.
        for _ in tree.parents.indices {
            guard let next = below.popLast() else { return false }
            for child in tree.children[next] {
                switch tree.roles[child] {
                case .server, .client: return true
                case .other: below.append(child)
                default: break
                }
            }
        }
        return false
    }
}
