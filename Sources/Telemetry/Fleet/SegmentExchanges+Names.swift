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
        return Nodes(
            nodes: numbered.map(\.node), places: placeOfRow, numbers: placeOfRow.map { numbered[$0].number },
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

    /// The attributes that say who asked, best first: of a server behind another one, the address that the client has.
    private static let addresses = [
        "client.address", "http.client_ip", "network.peer.address", "net.sock.peer.addr", "net.peer.ip",
        "peer.address", "peer.ipv4",
    ]
    private static let userAgents = ["user_agent.original", "http.user_agent", "user_agent"]

    mutating func name(
        _ names: FleetNames, _ modules: [UInt32], labels: [SpanKey], _ memory: inout ScanMemory
    ) throws(StoreError) {
        let rows = try SegmentRows(view)
        var addresses = try Texts(Self.addresses, rows)
        var agents = try Texts(Self.userAgents, rows)
        let askedRows = exchanges.map(\.row)
        addresses.setNumbers(ofRows: askedRows, FleetNames.withoutPort) { memory.clients.addresses($0) }
        agents.setNumbers(ofRows: askedRows, { $0 }) { memory.clients.agents($0) }
        for place in exchanges.indices {
            let row = Int(exchanges[place].row)
            let module = memory.module(modules[row])
            var client: UInt32 = 0
            let address = addresses.number(row)
            if address > 0 { client = memory.clients.client(address, agents.number(row)) }
            change(place) { exchange in
                exchange.module = module
                exchange.client = client
            }
        }
        memory.clients.number(names)
        for place in exchanges.indices {
            change(place) { $0.client = memory.clients.number(of: $0.client) }
        }
        // The best comes last.
        for label in labels.reversed() { try addLabels(label, rows, names) }
    }

    private mutating func addLabels(
        _ key: SpanKey, _ rows: SegmentRows, _ names: FleetNames
    ) throws(StoreError) {
        guard let coded = try rows.normalized(key) else { return }
        // Few of a dictionary's values may be those of exchanges.
        var numbers: [UInt32: UInt32] = [:]
        for place in exchanges.indices {
            let code = coded.codes[Int(exchanges[place].row)]
            guard code != CodedRows.missing else { continue }
            let number: UInt32
            if let known = numbers[code] {
                number = known
            } else {
                number = names.numbers(ofLabels: [Self.labelText(coded.value(of: code))])[0]
                numbers[code] = number
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

    /// The texts of several attributes, of which the first counts that a span has.
    private struct Texts {
        private struct Column {
            let coded: CodedRows
            /// By code: the number of the text; 0 where none is asked for.
            var numbers: [UInt32]
        }

        private var columns: [Column] = []

        init(_ keys: [String], _ rows: SegmentRows) throws(StoreError) {
            for key in keys {
                guard let coded = try rows.coded(.attribute(key)) else { continue }
                columns.append(Column(coded: coded, numbers: [UInt32](repeating: 0, count: coded.codeCount)))
            }
        }

        /// Numbers the texts of some spans, each once.
        /// - Parameters:
        ///   - meant: the part of a text that counts
        ///   - makeNumbers: gives the texts of a table their numbers, which begin at 1
        mutating func setNumbers(
            ofRows rows: [UInt32], _ meant: (ArraySlice<UInt8>) -> ArraySlice<UInt8>,
            _ makeNumbers: (StringTable) -> [UInt32]
        ) {
            var table = StringTable()
            var places: [(column: Int, code: Int)] = []
            for row in rows {
                guard let (column, code) = place(Int(row)), columns[column].numbers[code] == 0 else {
                    continue
                }
                table.append(meant(columns[column].coded.bytes(of: UInt32(code))))
                places.append((column, code))
                // Not again.
                columns[column].numbers[code] = .max
            }
            for (place, number) in zip(places, makeNumbers(table)) {
                columns[place.column].numbers[place.code] = number
            }
        }

        /// The number of a span's text; 0 for none.
        @inline(__always)
        func number(_ row: Int) -> UInt32 {
            place(row).map { columns[$0.column].numbers[$0.code] } ?? 0
        }

        @inline(__always)
        private func place(_ row: Int) -> (column: Int, code: Int)? {
            for column in columns.indices {
                let code = columns[column].coded.codes[row]
                if code != CodedRows.missing { return (column, Int(code)) }
            }
            return nil
        }
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
