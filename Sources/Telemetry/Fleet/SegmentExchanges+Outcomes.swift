/// How exchanges ended, beyond what status and size of their own spans tell.
extension SegmentExchanges {
    /// Attributes that say it in a word; a later one counts more.
    private static let outcomeKeys = ["error", "error.type", "goproxy.fetch.outcome"]

    /// Takes over what spans say in words of their own, such as a checksum that is not that of the database: no status
    /// tells it.
    mutating func readOutcomes(_ tables: SegmentTables) throws(StoreError) {
        let isComplete = exchanges.allSatisfy { $0.httpStatus != 0 || $0.outcome != 0 }
        for key in Self.outcomeKeys {
            if isComplete, key == "error" { continue }
            guard try saysOutcome(key, tables), let coded = try SegmentRows(view).coded(.attribute(key))
            else { continue }
            var known: [UInt32: RequestOutcome?] = [:]
            for place in exchanges.indices {
                let code = coded.codes[Int(exchanges[place].row)]
                guard code != CodedRows.missing else { continue }
                let word: RequestOutcome?
                if let found = known[code] {
                    word = found
                } else {
                    word = Self.outcome(key, coded.value(of: code).text)
                    known[code] = word
                }
                guard let word else { continue }
                change(place) { Self.take(word, key, &$0) }
            }
        }
    }

    private static func take(_ word: RequestOutcome, _ key: String, _ exchange: inout Exchange) {
        // A status says more than that there was an error, a timeout or no connection.
        let isGeneral =
            key != "goproxy.fetch.outcome" && [.internalError, .timeout, .upstreamError].contains(word)
        if isGeneral, exchange.httpStatus != 0 { return }
        if isGeneral, exchange.outcome == RequestOutcome.aborted.rawValue { return }
        exchange.outcome = word.rawValue
    }

    /// Whether one of the values of an attribute says an outcome: `error.type` mostly has statuses, which are known.
    private func saysOutcome(_ key: String, _ tables: SegmentTables) throws(StoreError) -> Bool {
        for column in tables.columns(ofAttribute: Array(key.utf8)) {
            guard case .entries(_, let dictionary) = try view.values(of: column) else { continue }
            for entry in 0..<dictionary.count where Self.outcome(key, dictionary.text(entry)) != nil {
                return true
            }
        }
        return false
    }

    private static func outcome(_ key: String, _ text: String) -> RequestOutcome? {
        switch key {
        case "goproxy.fetch.outcome": RequestOutcome(name: text)
        case "error.type": RequestOutcome(errorType: text)
        // Envoy's, a text.
        default: text == "true" ? .internalError : nil
        }
    }

    // MARK: Answers without a body

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
            guard exchange.outcome == RequestOutcome.ok.rawValue, NodeSizeTally.place(exchange) != nil
            else { continue }
            if let bytes = exchange.bytes {
                if bytes == 0 { candidates.append(place) }
            } else if !isStored || sizes.mayExpectSize(exchange) || facts.expectsSize(exchange) {
                candidates.append(place)
            } else {
                sizes.passOver(exchange)
            }
        }
        guard !candidates.isEmpty else { return sizes }
        let methods = try SegmentRows(view).normalized(.attribute("http.request.method"))
        for place in candidates {
            let method = methods.map { $0.bytes(of: $0.codes[Int(exchanges[place].row)]) } ?? []
            if method.elementsEqual("HEAD".utf8) { continue }
            change(place) { exchange in
                if exchange.bytes == 0 {
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
        for place in exchanges.indices where exchanges[place].flags.contains(.lacksSize) {
            guard !isAnswered.contains(place), sizes.expectsSize(exchanges[place]) else { continue }
            exchanges[place].outcome = RequestOutcome.false200.rawValue
            if exchanges[place].cacheEvidence == CacheEvidence.originSpan.rawValue {
                exchanges[place].cacheResult = CacheResult.unknown.rawValue
                exchanges[place].cacheEvidence = .max
            }
            if exchanges[place].isRequest, !exchanges[place].flags.contains(.leftOut) { count += 1 }
        }
        return count
    }
}
