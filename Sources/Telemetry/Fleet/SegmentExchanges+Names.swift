import OTLPModel

/// Who took part in the exchanges of a segment, and what they were about.
extension SegmentExchanges {
    /// The nodes of a segment's spans.
    struct Nodes {
        /// Each once.
        var nodes: [FleetNode]
        /// By row: the place in `nodes`.
        var places: [Int]
        /// By row: the number in `FleetNames`.
        var numbers: [UInt32]
        /// By place in `nodes`: see `Exchange.version`.
        var versions: [UInt8]
    }

    /// What the resource does not name is known by the address it came from.
    static func nodes(
        _ view: SegmentView, _ tables: SegmentTables, _ names: FleetNames
    ) throws(StoreError) -> Nodes {
        let origins = try view.origins()
        let originIndexes = try view.originIndexes()
        let arrivals = try view.arrivalIndexes()
        // The place in `nodes`, by origin where that names a node, else by origin and address.
        var placeOfOrigin = [Int](repeating: -1, count: origins.count)
        var placeOfAddress: [UInt64: Int] = [:]
        var nodes: [FleetNode] = []
        let isNamed = origins.map { $0.declaredNode != nil }
        let descriptions = origins.map { FleetNode($0, peerAddress: "") }
        let addresses = Self.addressNumbers(tables)
        var placeOfRow = [Int](repeating: 0, count: originIndexes.count)
        for row in originIndexes.indices {
            let origin = Int(originIndexes[row])
            if placeOfOrigin[origin] >= 0 {
                placeOfRow[row] = placeOfOrigin[origin]
                continue
            }
            let key = UInt64(origin) << 32 | UInt64(addresses[Int(arrivals[row])])
            if !isNamed[origin], let known = placeOfAddress[key] {
                placeOfRow[row] = known
                continue
            }
            if isNamed[origin] {
                placeOfOrigin[origin] = nodes.count
            } else {
                placeOfAddress[key] = nodes.count
            }
            placeOfRow[row] = nodes.count
            nodes.append(descriptions[origin].at(tables.arrivals[Int(arrivals[row])].peerAddress))
        }
        let numbered = names.numbers(ofNodes: nodes)
        let numbers = numbered.map(\.number)
        return Nodes(
            nodes: numbered.map(\.node), places: placeOfRow, numbers: placeOfRow.map { numbers[$0] },
            versions: numbered.map(\.version))
    }

    /// By arrival: the place of its address among the distinct ones.
    private static func addressNumbers(_ tables: SegmentTables) -> [UInt32] {
        var known: [String: UInt32] = [:]
        return tables.arrivals.map { arrival in
            let next = UInt32(known.count)
            return known.withDefault(next, for: arrival.peerAddress)
        }
    }

    /// Gives exchanges the texts of attributes that the question is about.
    /// - Parameter labels: the best first
    mutating func addLabels(_ labels: [SpanKey], _ names: FleetNames) throws(StoreError) {
        guard !labels.isEmpty else { return }
        let rows = try SegmentRows(view)
        // The best comes last.
        for label in labels.reversed() { try addLabels(label, rows, names) }
    }

    private mutating func addLabels(
        _ key: SpanKey, _ rows: SegmentRows, _ names: FleetNames
    ) throws(StoreError) {
        var isExchange = [Bool](repeating: false, count: rows.count)
        for exchange in exchanges { isExchange[Int(exchange.row)] = true }
        guard let coded = try rows.normalized(key, isWanted: isExchange) else { return }
        // By code: one more than the number; 0 as long as it is not known. Few of a dictionary's values may be those of
        // exchanges.
        var numbers = [UInt32](repeating: 0, count: coded.codeCount)
        for place in exchanges.indices {
            let code = coded.codes[Int(exchanges[place].row)]
            guard code != CodedRows.missing else { continue }
            let number: UInt32
            if numbers[Int(code)] > 0 {
                number = numbers[Int(code)] - 1
            } else {
                number = names.numbers(ofLabels: [Self.labelText(coded.value(of: code))])[0]
                numbers[Int(code)] = number + 1
            }
            change(place) { $0.label = number }
        }
    }

    /// Headers come as arrays of one: what stands in them is meant.
    static func labelText(_ value: SpanValue) -> String {
        let text = value.text
        guard case .text = value, text.hasPrefix("["), text.hasSuffix("]"), !text.contains(", ") else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }
}

extension Dictionary {
    /// The value of a key; the default becomes it where there is none.
    fileprivate mutating func withDefault(_ value: Value, for key: Key) -> Value {
        if let known = self[key] { return known }
        self[key] = value
        return value
    }
}
