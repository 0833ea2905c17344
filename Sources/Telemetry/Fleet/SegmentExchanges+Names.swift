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
    }

    /// What the resource does not name is known by the address it came from.
    static func nodes(
        _ view: SegmentView, _ tables: SegmentTables, _ names: FleetNames
    ) throws(StoreError) -> Nodes {
        let origins = try view.origins()
        let originIndexes = try view.originIndexes()
        let arrivals = try view.arrivalIndexes()
        // By origin and, where that does not name a node, the address: its place in `nodes`.
        var places: [UInt64: Int] = [:]
        var nodes: [FleetNode] = []
        var last: (key: UInt64, place: Int)?
        let isNamed = origins.map { $0.declaredNode != nil }
        let descriptions = origins.map { FleetNode($0, peerAddress: "") }
        let addresses = Self.addressNumbers(tables)
        let placeOfRow = originIndexes.indices.map { row -> Int in
            let origin = originIndexes[row]
            let address = isNamed[Int(origin)] ? UInt32.max : addresses[Int(arrivals[row])]
            let key = UInt64(origin) << 32 | UInt64(address)
            if let last, last.key == key { return last.place }
            let place: Int
            if let known = places[key] {
                place = known
            } else {
                place = nodes.count
                places[key] = place
                let peer = tables.arrivals[Int(arrivals[row])].peerAddress
                nodes.append(descriptions[Int(origin)].at(peer))
            }
            last = (key, place)
            return place
        }
        let numbered = names.numbers(ofNodes: nodes)
        return Nodes(
            nodes: numbered.map(\.node), places: placeOfRow, numbers: placeOfRow.map { numbered[$0].number })
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

    mutating func name(_ names: FleetNames, labels: [SpanKey]) throws(StoreError) {
        let modules = try ModuleRows(view)
        let moduleNumbers = names.numbers(ofModules: modules.nameTable)
        let rows = try SegmentRows(view)
        let addresses = try Texts(Self.addresses, rows)
        let agents = try Texts(Self.userAgents, rows)
        // By pair of texts: one more than the place in `clients`.
        var places: [UInt64: UInt32] = [:]
        var clients = StringTable()
        var clientOf = [UInt32](repeating: 0, count: exchanges.count)
        for place in exchanges.indices {
            let row = Int(exchanges[place].row)
            let address = addresses.code(row)
            guard address > 0 else { continue }
            let agent = agents.code(row)
            let pair = UInt64(address) << 32 | UInt64(agent)
            if let known = places[pair] {
                clientOf[place] = known
                continue
            }
            var name = Array(Self.withoutPort(addresses.bytes(address)))
            name.append(FleetNames.separator)
            name += agents.bytes(agent)
            clients.append(name.span)
            places[pair] = UInt32(clients.count)
            clientOf[place] = UInt32(clients.count)
        }
        let clientNumbers = names.numbers(ofClients: clients)
        for place in exchanges.indices {
            let row = Int(exchanges[place].row)
            let client = clientOf[place]
            change(place) { exchange in
                exchange.module = modules.number(row).map { moduleNumbers[$0] } ?? 0
                exchange.client = client > 0 ? clientNumbers[Int(client) - 1] : 0
            }
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

    static func withoutPort(_ address: String) -> String {
        String(decoding: withoutPort(Array(address.utf8)[...]), as: UTF8.self)
    }

    /// Envoy writes `10.0.0.1:4711`, others `[::1]:4711`; an address of IPv6 by itself has more than one colon.
    static func withoutPort(_ address: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if address.first == UInt8(ascii: "[") {
            return address.dropFirst().prefix { $0 != UInt8(ascii: "]") }
        }
        guard let colon = address.firstIndex(of: UInt8(ascii: ":")),
            !address[(colon + 1)...].contains(UInt8(ascii: ":"))
        else { return address }
        return address[..<colon]
    }

    /// The texts of several attributes, of which the first counts that a span has.
    private struct Texts {
        private var columns: [(coded: CodedRows, firstCode: UInt32)] = []
        private var next: UInt32 = 1

        init(_ keys: [String], _ rows: SegmentRows) throws(StoreError) {
            for key in keys {
                guard let coded = try rows.coded(.attribute(key)) else { continue }
                columns.append((coded, next))
                next += UInt32(coded.codeCount)
            }
        }

        /// 0 for none.
        func code(_ row: Int) -> UInt32 {
            for (coded, first) in columns where coded.codes[row] != CodedRows.missing {
                return first + coded.codes[row]
            }
            return 0
        }

        /// Nothing for a code of 0.
        func bytes(_ code: UInt32) -> ArraySlice<UInt8> {
            guard code > 0, let column = columns.last(where: { $0.firstCode <= code }) else { return [] }
            return column.coded.bytes(of: code - column.firstCode)
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
