/// Which stage of a request the pieces of its critical path belong to: what the span does tells it, and where in the
/// span the piece lies.
extension SegmentExchanges {
    /// The stage of a piece in which a span waited for no child of its own.
    /// - Parameters:
    ///   - from: where the piece begins
    ///   - place: the exchange whose path it is
    func stage(ofRow row: Int, from: UInt64, in place: Int) -> Stage {
        // What a hop's cache did tells of its own time.
        let own = nearest[row] >= 0 ? exchanges[Int(nearest[row])] : exchanges[place]
        if own.isCutOff { return .network }
        return stage(
            ofRow: row, from: from, kind: own.moduleKind,
            cacheResult: CacheResult(rawValue: own.cacheResult) ?? .unknown)
    }

    /// - Parameters:
    ///   - kind: of the request; nil when it is not known
    ///   - cacheResult: what the cache of the node did that the span belongs to
    func stage(ofRow row: Int, from: UInt64, kind: ModuleKind?, cacheResult: CacheResult) -> Stage {
        switch roles[row] {
        case .server: server(row, from, kind, cacheResult)
        case .client: client(row, kind)
        case .protocolCall: call(row, from)
        case .storageRead: isSecondLookup(row) ? .serve : .lookup
        case .storageWrite: .store
        // Athens makes no span below a wait for the fetch of another request.
        case .flight: children.isEmpty(row) ? .coalesced : .queue
        case .lock: children.isEmpty(row) ? .coalesced : .lock
        case .lockWait: .lock
        case .pool, .poolWait: .queue
        case .flightWait: .coalesced
        case .stash, .fetch, .listing: .upstream
        case .verification: .verify
        // Such as the middlewares of Traefik: what an edge does between its own span and that of asking the proxy.
        case .other: leadsToHop(row) ? .network : .other
        }
    }

    private func server(_ row: Int, _ from: UInt64, _ kind: ModuleKind?, _ cacheResult: CacheResult) -> Stage
    {
        var hasHop = false
        for child in children[row].prefix(Self.linksMax) {
            switch roles[child] {
            // The proxy's pool has a worker from when the call starts; before that the request waits for one.
            case .protocolCall: return from < starts[child] ? .queue : .serve
            case .server, .client: hasHop = true
            case .other: hasHop = hasHop || leadsToHop(child)
            default: break
            }
        }
        if hasHop { return .network }
        if cacheResult.isHit { return .serve }
        if kind?.isChecksum == true { return .verify }
        // Nothing is known of what lies behind it but what its cache says.
        return cacheResult.isLookup ? .upstream : .serve
    }

    private func client(_ row: Int, _ kind: ModuleKind?) -> Stage {
        if children[row].prefix(Self.linksMax).contains(where: { roles[$0] == .server }) { return .network }
        if parents[row] >= 0 {
            switch roles[Int(parents[row])] {
            case .storageRead: return .lookup
            case .storageWrite: return .store
            case .verification: return .verify
            default: break
            }
        }
        return kind?.isChecksum == true ? .verify : .upstream
    }

    private func call(_ row: Int, _ from: UInt64) -> Stage {
        let lookups = lookups(of: row)
        guard let first = lookups.first, from >= first.end else { return .lookup }
        if lookups.count > 1 { return from < lookups[1].start ? .upstream : .serve }
        return AthensTrace.waited(.init(row: row, lookups: lookups), callEnd: end(row)) ? .upstream : .serve
    }

    private func isSecondLookup(_ row: Int) -> Bool {
        let parent = Int(parents[row])
        guard parent >= 0, roles[parent] == .protocolCall else { return false }
        return lookups(of: parent).first.map { $0.start < starts[row] } ?? false
    }

    /// Whether a hop, or the span of asking for one, lies below a span.
    private func leadsToHop(_ row: Int) -> Bool {
        var below = [row]
        // No trace has more spans than these.
        for _ in parents.indices {
            guard let next = below.popLast() else { return false }
            for child in children[next] {
                switch roles[child] {
                case .server, .client: return true
                case .other: below.append(child)
                default: break
                }
            }
        }
        return false
    }
}
