/// What the caches did that say nothing of it themselves, read off the spans around them.
extension SegmentExchanges {
    /// - Parameters:
    ///   - shapes: by place, what the spans of Athens show of its cache
    ///   - facts: what is known of the nodes from elsewhere
    mutating func readCaches(_ shapes: [UInt8], _ facts: NodeFacts) {
        for place in exchanges.indices {
            change(place) { exchange in
                if exchange.flags.contains(.hasProtocolCall) {
                    Self.readShape(&exchange, shapes[place])
                } else {
                    Self.readOrigin(&exchange, facts)
                }
                Self.readNegative(&exchange)
            }
        }
        spreadResults()
    }

    /// - Parameter shape: 0 where the spans of Athens show nothing
    private static func readShape(_ exchange: inout Exchange, _ shape: UInt8) {
        guard exchange.cacheResult == 0, shape != 0, exchange.moduleKind?.isImmutable == true else { return }
        exchange.cacheResult = shape
        exchange.cacheEvidence = CacheEvidence.traceShape.rawValue
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
