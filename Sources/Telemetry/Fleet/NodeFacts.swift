/// What is known of nodes from all of their requests, and is needed to read a single one.
struct NodeFacts: Sendable, Equatable {
    /// Numbers of the nodes that have a cache of their own: where such a one passes a request on it was a miss, where
    /// it does not it was a hit.
    var caching: Set<UInt32> = []
    /// Those that say of some requests what their cache did, as Envoy does of hits alone: what they pass on without a
    /// word was a miss, and of the rest nothing is known.
    var saysHits: Set<UInt32> = []
    /// By emitter and kind, as `NodeSizeTally` places them: who says sizes, and has answers without that were passed over.
    var sizesExpected: Set<Int> = []

    func expectsSize(_ exchange: Exchange) -> Bool {
        guard !sizesExpected.isEmpty, let place = NodeSizeTally.place(exchange) else { return false }
        return sizesExpected.contains(place)
    }
}

/// What the requests of a node show of its cache, as they come.
struct NodeCacheTally: Sendable {
    /// How many of its requests for files that never change it answered alone, without a word of a cache, before that
    /// is no longer chance: batches of spans get lost, and with them the spans behind a request.
    static let aloneMin = 5
    /// And what part of all of these.
    static let aloneShareMin = 0.05

    private struct Counts: Sendable {
        /// Its own attributes say what its cache did.
        var explicit = 0
        var passedOn = 0
        var alone = 0
    }

    private var counts = ByNumber(Counts())

    /// Takes in an exchange as its own span tells it.
    mutating func add(_ exchange: Exchange) {
        guard let kind = exchange.moduleKind, kind.isImmutable, exchange.httpStatus == 200,
            exchange.flags.isDisjoint(with: [.hasProtocolCall, .lacksSize])
        else { return }
        if exchange.cacheEvidence <= CacheEvidence.responseFlags.rawValue {
            counts[exchange.node].explicit += 1
        } else if exchange.flags.contains(.hasOrigin) {
            counts[exchange.node].passedOn += 1
        } else {
            counts[exchange.node].alone += 1
        }
    }

    mutating func merge(_ other: NodeCacheTally) {
        counts.merge(other.counts) { own, more in
            own.explicit += more.explicit
            own.passedOn += more.passedOn
            own.alone += more.alone
        }
    }

    /// Nodes whose spans show what they passed on. Who passes nothing on does not hand its trace on either, or is itself
    /// where files come from.
    var facts: NodeFacts {
        var facts = NodeFacts()
        for (number, counts) in counts.values.enumerated() where counts.passedOn > 0 {
            let node = UInt32(number)
            let share = Double(counts.alone) / Double(counts.alone + counts.passedOn)
            if counts.explicit > 0 {
                facts.saysHits.insert(node)
            } else if counts.alone >= Self.aloneMin, share >= Self.aloneShareMin {
                facts.caching.insert(node)
            }
        }
        return facts
    }
}
