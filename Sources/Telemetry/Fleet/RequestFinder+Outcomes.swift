/// How requests ended, beyond what status and size of their own spans tell.
extension RequestFinder {
    /// Attributes that say it in a word; a later one counts more.
    private static let outcomeKeys = ["error", "error.type", "goproxy.fetch.outcome"]

    /// Takes over what spans say in words of their own, such as a checksum that is not that of the database: no status
    /// tells it.
    mutating func readOutcomes() throws(StoreError) {
        let tables = try view.tables()
        let isComplete = found.allSatisfy { $0.httpStatus != 0 || $0.outcome != 0 }
        for key in Self.outcomeKeys {
            if isComplete, key == "error" { continue }
            guard try saysOutcome(key, tables), let coded = try SegmentRows(view).coded(.attribute(key))
            else { continue }
            var known: [UInt32: RequestOutcome?] = [:]
            for place in found.indices {
                let code = coded.codes[Int(found[place].row)]
                guard code != CodedRows.missing else { continue }
                let word: RequestOutcome?
                if let said = known[code] {
                    word = said
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
        // That something went wrong says less than anything else.
        if key == "error", exchange.outcome != 0 { return }
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
}
