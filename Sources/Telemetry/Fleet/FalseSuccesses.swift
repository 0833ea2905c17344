/// Answers 200 that were none: a server that makes up an error itself may record 200 for it, without a size (Caddy).
extension SegmentExchanges {
    /// Finds answers 200 that are none: those of no bytes where there should be some, and marks those of which nobody says
    /// a size while their node says it of others, for the end of the scan to decide.
    ///
    /// - Parameters:
    ///   - isStored: whether it is a segment of the file; one that was made of split traces has few answers, and tells
    ///     nothing of who says sizes
    ///   - facts: what is known of the nodes from elsewhere
    /// - Returns: what the segment shows of who says sizes
    mutating func findFalseSuccesses(isStored: Bool, _ facts: NodeFacts) throws(StoreError) -> NodeSizeTally {
        var sizes = NodeSizeTally()
        for exchange in exchanges { sizes.add(exchange) }
        var candidates: [Int] = []
        for place in exchanges.indices {
            let exchange = exchanges[place]
            guard exchange.outcome == RequestOutcome.ok.rawValue, exchange.httpStatus == 200 else { continue }
            if NodeSizeTally.place(exchange) != nil {
                if let bytes = exchange.bytes {
                    if bytes == 0 { candidates.append(place) }
                    continue
                }
                if !isStored || sizes.mayExpectSize(exchange) || facts.expectsSize(exchange) {
                    candidates.append(place)
                    continue
                }
                sizes.passOver(exchange)
            }
            if exchange.mayBeGivenUp, !isStored || sizes.saysSizes(exchange.emitter) {
                candidates.append(place)
            }
        }
        guard !candidates.isEmpty else { return sizes }
        let methods = try SegmentRows(view).normalized(.attribute("http.request.method"))
        for place in candidates {
            let method = methods.map { $0.bytes(of: $0.codes[Int(exchanges[place].row)]) } ?? []
            if method.elementsEqual("HEAD".utf8) { continue }
            change(place) { exchange in
                if exchange.bytes == 0, NodeSizeTally.place(exchange) != nil {
                    exchange.outcome = RequestOutcome.false200.rawValue
                } else {
                    exchange.flags.insert(.lacksSize)
                }
            }
        }
        return sizes
    }
}

extension HeldExchanges {
    /// So many answers of a node have to be none before the time that they took tells of others: it is a timeout then.
    private static let givenUpMin = 3

    /// Decides of answers without a size whether they were answers.
    /// - Parameter sizes: of the whole window
    /// - Returns: how many of what clients faced, in the window and asked for, were none
    mutating func markFalseSuccesses(_ sizes: NodeSizeTally) -> Int {
        var isAnswered: Set<Int> = []
        for hop in exchanges where hop.outer >= 0 && hop.httpStatus == 200 {
            let outer = Int(hop.outer)
            // One that took longer was given up before it answered.
            if hop.durationNanos <= exchanges[outer].durationNanos { isAnswered.insert(outer) }
        }
        var count = 0
        var undecided: [Int] = []
        var timeouts: [UInt32: [UInt64]] = [:]
        for place in exchanges.indices where exchanges[place].flags.contains(.lacksSize) {
            guard !isAnswered.contains(place) else { continue }
            let exchange = exchanges[place]
            if sizes.expectsSize(exchange) {
                if exchange.mayBeGivenUp {
                    timeouts[exchange.emitter, default: []].append(exchange.durationNanos)
                }
                count += markFalse(place)
            } else if exchange.mayBeGivenUp {
                undecided.append(place)
            }
        }
        // A list may be empty, and that a database is supported is said without a word: there the time has to tell.
        for emitter in timeouts.keys { timeouts[emitter]?.sort() }
        for place in undecided {
            guard let known = timeouts[exchanges[place].emitter] else { continue }
            let near = TimeoutFingerprint.nanosNear(exchanges[place].durationNanos)
            let first = known.firstPlace { $0 >= near.lowerBound }
            let end = known.firstPlace { $0 > near.upperBound }
            if end - first >= Self.givenUpMin { count += markFalse(place) }
        }
        return count
    }

    /// - Returns: 1 if it counts as a request that had no answer, else 0
    private mutating func markFalse(_ place: Int) -> Int {
        exchanges[place].outcome = RequestOutcome.false200.rawValue
        if exchanges[place].cacheEvidence == CacheEvidence.originSpan.rawValue {
            exchanges[place].cacheResult = CacheResult.unknown.rawValue
            exchanges[place].cacheEvidence = .max
        }
        return exchanges[place].isRequest && isCounted(place) ? 1 : 0
    }
}

extension Exchange {
    /// What may have been no answer, as far as its own span tells.
    var isSuccessWithoutSize: Bool {
        httpStatus == 200 && bytes ?? 0 == 0 && outcome == RequestOutcome.ok.rawValue
            && flags.isDisjoint(with: [.hasHops, .hasProtocolCall, .clientSide])
    }

    /// The least time after which something may have been given up rather than refused.
    private static let givenUpNanosMin: UInt64 = 1_000_000_000

    /// A 200 without content, after a while, from a node of which nobody behind it was seen to do something: an answer that
    /// came from nowhere, if others of the node took as long.
    fileprivate var mayBeGivenUp: Bool {
        bytes ?? 0 == 0 && durationNanos >= Self.givenUpNanosMin
            && flags.isDisjoint(with: [.hasHops, .hasProtocolCall, .clientSide])
    }
}
