import Glibc

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

    /// A cache is faster than who it asks, by this factor at the least in the geometric mean, and by as many standard errors
    /// of that: else spans behind are missing, as those of a node that fell silent.
    static let fasterMin = 1.5
    static let fasterErrorsMin = 2.0

    private struct Counts: Sendable {
        /// Its own attributes say what its cache did.
        var explicit = 0
        var passedOn = Durations()
        var alone = Durations()
    }

    /// How many there were, and their logarithms: whole numbers, so that their sums hang on no order.
    private struct Durations: Sendable {
        /// Of a factor of two.
        static let steps = 256.0

        var count = 0
        private var sum: UInt64 = 0
        private var squares: UInt64 = 0

        mutating func add(_ nanos: UInt64) {
            // The exponent of a number and the first bits behind it are near to its logarithm.
            let logarithm = Double(max(nanos, 1)).bitPattern >> 44 &- 1_023 << 8
            count += 1
            sum &+= logarithm
            squares &+= logarithm * logarithm
        }

        mutating func merge(_ other: Durations) {
            count += other.count
            sum &+= other.sum
            squares &+= other.squares
        }

        /// In steps.
        var mean: Double { Double(sum) / Double(max(count, 1)) }
        /// Of the mean, squared.
        var error: Double {
            let variance = max(Double(squares) / Double(max(count, 1)) - mean * mean, Self.steps)
            return variance / Double(max(count, 1))
        }

        func isFaster(than other: Durations) -> Bool {
            let difference = other.mean - mean
            return difference >= log2(NodeCacheTally.fasterMin) * Self.steps
                && difference >= NodeCacheTally.fasterErrorsMin * (error + other.error).squareRoot()
        }
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
            counts[exchange.node].passedOn.add(exchange.durationNanos)
        } else {
            counts[exchange.node].alone.add(exchange.durationNanos)
        }
    }

    mutating func merge(_ other: NodeCacheTally) {
        counts.merge(other.counts) { own, more in
            own.explicit += more.explicit
            own.passedOn.merge(more.passedOn)
            own.alone.merge(more.alone)
        }
    }

    /// Nodes whose spans show what they passed on. Who passes nothing on does not hand its trace on either, or is itself
    /// where files come from.
    var facts: NodeFacts {
        var facts = NodeFacts()
        for (number, counts) in counts.values.enumerated() where counts.passedOn.count > 0 {
            let node = UInt32(number)
            let share = Double(counts.alone.count) / Double(counts.alone.count + counts.passedOn.count)
            if counts.explicit > 0 {
                facts.saysHits.insert(node)
            } else if counts.alone.count >= Self.aloneMin, share >= Self.aloneShareMin,
                counts.alone.isFaster(than: counts.passedOn)
            {
                facts.caching.insert(node)
            }
        }
        return facts
    }
}
