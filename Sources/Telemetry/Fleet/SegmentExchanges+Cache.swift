/// What the caches did that say nothing of it themselves, read off the spans around them.
extension SegmentExchanges {
    /// - Parameter facts: what is known of the nodes from elsewhere
    mutating func readCaches(_ tables: SegmentTables, _ facts: NodeFacts) {
        for place in exchanges.indices {
            let row = Int(exchanges[place].row)
            var call: Int?
            var hasOrigin = exchanges[place].flags.contains(.hasHops)
            for child in children[row] {
                switch roles[child] {
                case .protocolCall: call = call ?? child
                case .client: hasOrigin = true
                default: break
                }
            }
            if let call {
                readProtocolCall(call, of: place)
            } else {
                change(place) { exchange in
                    if hasOrigin { exchange.flags.insert(.hasOrigin) }
                    Self.readOrigin(&exchange, facts)
                }
            }
            change(place) { Self.readNegative(&$0) }
        }
        spreadResults()
    }

    /// The look-ups of a call of the download protocol, in order of their starts.
    func lookups(of call: Int) -> [(start: UInt64, end: UInt64)] {
        var found: [(start: UInt64, end: UInt64)] = []
        for child in children[call].prefix(Self.linksMax) where roles[child] == .storageRead {
            found.append((starts[child], end(child)))
        }
        if found.count > 1 { found.sort { $0.start < $1.start } }
        return found
    }

    private mutating func readProtocolCall(_ call: Int, of place: Int) {
        let status = exchanges[place].httpStatus
        let shape = AthensTrace.Call(row: call, lookups: lookups(of: call))
        let result = AthensTrace.result(shape, callEnd: self.end(call), httpStatus: status)
        change(place) { exchange in
            exchange.flags.insert(.hasProtocolCall)
            guard exchange.cacheResult == 0, let result, exchange.moduleKind?.isImmutable == true else {
                return
            }
            exchange.cacheResult = result.rawValue
            exchange.cacheEvidence = CacheEvidence.traceShape.rawValue
        }
    }

    /// A node that is known to cache, and does not say of this request what its cache did.
    private static func readOrigin(_ exchange: inout Exchange, _ facts: NodeFacts) {
        guard exchange.cacheResult == 0, exchange.moduleKind?.isImmutable == true else { return }
        if exchange.flags.contains(.hasOrigin) {
            guard facts.caching.contains(exchange.node) || facts.saysHits.contains(exchange.node) else {
                return
            }
            exchange.cacheResult = CacheResult.miss.rawValue
        } else {
            guard exchange.httpStatus == 200, facts.caching.contains(exchange.node) else { return }
            exchange.cacheResult = CacheResult.hit.rawValue
        }
        exchange.cacheEvidence = CacheEvidence.originSpan.rawValue
    }

    /// A "not found" that was kept for some seconds was one before.
    private static func readNegative(_ exchange: inout Exchange) {
        guard exchange.httpStatus == 404 || exchange.httpStatus == 410,
            exchange.cacheResult == CacheResult.hit.rawValue,
            exchange.cacheEvidence == CacheEvidence.age.rawValue
        else { return }
        exchange.cacheResult = CacheResult.negativeHit.rawValue
    }

    /// What the client had is what the outermost node says that says anything.
    private mutating func spreadResults() {
        changeAll { ExchangeResults.spread(&$0) }
    }
}

/// What follows from what each exchange of a trace says.
enum ExchangeResults {
    /// Fills `facingResult` from the results of the exchanges and their hops.
    static func spread(_ exchanges: inout [Exchange]) {
        for place in exchanges.indices { exchanges[place].facingResult = exchanges[place].cacheResult }
        for place in exchanges.indices where exchanges[place].cacheResult != 0 && exchanges[place].outer >= 0
        {
            var outer = Int(exchanges[place].outer)
            // Up to the first that says one itself; what it has already from another hop stays.
            while exchanges[outer].facingResult == 0 {
                exchanges[outer].facingResult = exchanges[place].cacheResult
                guard exchanges[outer].outer >= 0 else { break }
                outer = Int(exchanges[outer].outer)
            }
        }
    }
}
