import OTLPModel

/// Who asked, as the spans of a segment say it.
struct ClientTexts {
    /// The attributes that say it, best first: of a server behind another one, the address that the client has. A go command
    /// that tells of itself has no address; its session is one run of it.
    private static let addressKeys = [
        "client.address", "http.client_ip", "network.peer.address", "net.sock.peer.addr", "net.peer.ip",
        "peer.address", "peer.ipv4", "session.id",
    ]
    private static let agentKeys = ["user_agent.original", "http.user_agent", "user_agent"]

    private let addresses: Texts
    private let agents: Texts

    init(_ view: SegmentView) throws(StoreError) {
        let rows = try SegmentRows(view)
        addresses = try Texts(Self.addressKeys, rows)
        agents = try Texts(Self.agentKeys, rows)
    }

    // MARK: Numbering

    /// Numbers the clients of some rows, in the order of their coming: 1, 2, 3 …; 0 where nobody says who asked.
    func numbers(ofRows rows: some Sequence<UInt32>) -> [UInt32] {
        var addressNumbers = TextPlaces(addresses)
        var agentNumbers = TextPlaces(agents)
        var known: [UInt64: UInt32] = [:]
        var last: (pair: UInt64, client: UInt32) = (0, 0)
        return rows.map { row in
            let address = addressNumbers.number(Int(row)) { FleetNames.withoutPort($0) }
            guard address > 0 else { return 0 }
            let pair = UInt64(address) << 32 | UInt64(agentNumbers.number(Int(row)) { $0 })
            if pair == last.pair { return last.client }
            let client = known[pair] ?? UInt32(known.count + 1)
            known[pair] = client
            last = (pair, client)
            return client
        }
    }

    /// The clients of some rows.
    struct Clients {
        /// By client, without port.
        var addresses = StringTable()
        var agents = StringTable()
        /// By client: one more than an entry of `agents`; 0 for none.
        var agentOfClient: [UInt32] = []
    }

    /// - Parameter rows: by client, one that says it
    func clients(ofRows rows: [UInt32]) -> Clients {
        var clients = Clients()
        var agentNumbers = TextPlaces(agents)
        clients.addresses.reserve(entries: rows.count, bytes: rows.count * 16)
        clients.agentOfClient.reserveCapacity(rows.count)
        for row in rows {
            addresses.appendAddress(Int(row), to: &clients.addresses)
            clients.agentOfClient.append(agentNumbers.number(Int(row)) { $0 })
        }
        clients.agents = agentNumbers.table
        return clients
    }
}

/// The texts of several attributes, of which the first counts that a span has.
private struct Texts {
    let columns: [CodedRows]
    /// By column: its texts by code less one, where it has nothing else.
    private let tables: [StringTable?]

    init(_ keys: [String], _ rows: SegmentRows) throws(StoreError) {
        var columns: [CodedRows] = []
        for key in keys {
            if let coded = try rows.coded(.attribute(key)) { columns.append(coded) }
        }
        self.columns = columns
        tables = columns.map { column in
            guard column.parts.count == 1, case .texts(let table) = column.parts[0] else { return nil }
            return table
        }
    }

    /// The column that counts for a span; nil where none has a text.
    @inline(__always)
    func column(_ row: Int) -> Int? {
        for column in columns.indices where columns[column].codes[row] != CodedRows.missing { return column }
        return nil
    }

    /// Appends a span's text without the port behind it; nothing where it has none.
    func appendAddress(_ row: Int, to addresses: inout StringTable) {
        guard let column = column(row) else { return addresses.append([]) }
        let code = columns[column].codes[row]
        guard let table = tables[column] else {
            return addresses.append(FleetNames.withoutPort(columns[column].bytes(of: code)))
        }
        let bytes = table.bytes.span
        addresses.append(bytes.extracting(FleetNames.withoutPort(bytes, table.range(Int(code) - 1))))
    }
}

/// Numbers texts, each once, in the order of their coming.
private struct TextPlaces {
    private let texts: Texts
    /// By column and code: the number of the text; 0 where it was not asked for yet.
    private var numbers: [[UInt32]]
    private var index = StringIndex()
    private(set) var table = StringTable()

    init(_ texts: Texts) {
        self.texts = texts
        numbers = texts.columns.map { [UInt32](repeating: 0, count: $0.codeCount) }
    }

    /// The number of a span's text, from 1; 0 for none.
    /// - Parameter meant: the part of a text that counts
    @inline(__always)
    mutating func number(_ row: Int, _ meant: (ArraySlice<UInt8>) -> ArraySlice<UInt8>) -> UInt32 {
        guard let column = texts.column(row) else { return 0 }
        let code = Int(texts.columns[column].codes[row])
        if numbers[column][code] > 0 { return numbers[column][code] }
        let text = Array(meant(texts.columns[column].bytes(of: UInt32(code))))
        let number = index.intern(text.span, into: &table) + 1
        numbers[column][code] = number
        return number
    }
}
