/// "Not found" that was given again so fast that nobody looked.
extension HeldExchanges {
    /// An answer that took less was ready.
    static let promptNanos: UInt64 = 5_000_000
    /// For how long proxies keep that a file is missing, and that a list or a branch is: goproxy says so in
    /// `Cache-Control`.
    static let fileNanos: UInt64 = 600_000_000_000
    static let listNanos: UInt64 = 60_000_000_000

    /// Whether an exchange is a "not found" of something, the first or a later one.
    static func isRefusal(_ exchange: Exchange) -> Bool {
        (exchange.httpStatus == 404 || exchange.httpStatus == 410) && exchange.module != 0
            && !exchange.flags.contains(.clientSide) && exchange.moduleKind?.isModuleRequest == true
    }

    /// Whether nobody says what a node's cache did, and nothing shows that it asked elsewhere.
    private static func mayBeKept(_ exchange: Exchange) -> Bool {
        exchange.cacheResult == 0 && exchange.durationNanos < promptNanos
            && exchange.flags.isDisjoint(with: [.hasOrigin, .hasProtocolCall])
    }

    /// A "not found", by what tells repeats: small, as there may be many.
    private struct Refusal {
        /// Node and module.
        var key: UInt64
        var start: UInt64
        var kind: UInt8
        var place: Int

        init(_ exchange: Exchange, _ place: Int) {
            key = Self.key(exchange)
            start = exchange.start
            kind = exchange.kind
            self.place = place
        }

        static func key(_ exchange: Exchange) -> UInt64 {
            UInt64(exchange.node) << 32 | UInt64(exchange.module)
        }
    }

    /// Takes a fast repeat for a cached answer: the same node was asked for the same not long ago, and looked then.
    mutating func markNegativeHits() {
        var keys: Set<UInt64> = []
        for exchange in exchanges where Self.isRefusal(exchange) && Self.mayBeKept(exchange) {
            keys.insert(Refusal.key(exchange))
        }
        guard !keys.isEmpty else { return }
        var refusals: [Refusal] = []
        for (place, exchange) in exchanges.enumerated()
        where Self.isRefusal(exchange) && keys.contains(Refusal.key(exchange)) {
            refusals.append(Refusal(exchange, place))
        }
        refusals.sort { ($0.key, $0.kind, $0.start) < ($1.key, $1.kind, $1.start) }
        // The last that was looked for.
        var looked: Refusal?
        for refusal in refusals {
            let exchange = exchanges[refusal.place]
            if let first = looked, (first.key, first.kind) == (refusal.key, refusal.kind),
                Self.mayBeKept(exchange), isKept(exchange, since: exchanges[first.place].end)
            {
                exchanges[refusal.place].cacheResult = CacheResult.negativeHit.rawValue
                exchanges[refusal.place].cacheEvidence = CacheEvidence.duration.rawValue
            } else if exchange.cacheResult != CacheResult.negativeHit.rawValue {
                looked = refusal
            }
        }
    }

    private func isKept(_ exchange: Exchange, since end: UInt64) -> Bool {
        let nanos = exchange.moduleKind?.isImmutable == true ? Self.fileNanos : Self.listNanos
        return exchange.start >= end && exchange.start - end <= nanos
    }
}
