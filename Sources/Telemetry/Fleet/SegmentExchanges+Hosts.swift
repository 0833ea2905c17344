import OTLPModel

/// Which host the client of an exchange asked.
extension SegmentExchanges {
    /// The hosts that some exchanges were asked at, without ports; nil where it is not said.
    func hosts(of places: [Int]) throws(StoreError) -> [String?] {
        let columns = try HostColumns(
            of: .exchanges, SegmentRows(view), for: places.map { Int(exchanges[$0].row) })
        return places.map { columns.host(Int(exchanges[$0].row)).map { FleetNames.withoutPort($0) } }
    }

    /// Makes the host, with the port where it is not the usual one, the label of each exchange that says it.
    mutating func addHosts(_ names: FleetNames) throws(StoreError) {
        var columns = try HostColumns(of: .exchanges, SegmentRows(view), for: exchanges.map { Int($0.row) })
        for place in exchanges.indices {
            let number = columns.label(Int(exchanges[place].row), names)
            change(place) { $0.label = number }
        }
        hostColumns = columns
    }
}

/// The attributes of a segment's spans that say which host was asked.
struct HostColumns {
    /// Whose spans they are.
    enum Side {
        case exchanges
        /// What client spans call who they ask; servers mean their client by the same words.
        case clients

        /// Attributes that name the host, best first; of a URL it is a part.
        fileprivate var hosts: [String] {
            switch self {
            case .exchanges:
                ["server.address", "net.host.name", "http.host", "http.server_name", ":authority"]
            case .clients: ["server.address", "net.peer.name", "http.host"]
            }
        }

        /// Its port, where that does not stand behind the host.
        fileprivate var ports: [String] {
            switch self {
            case .exchanges: ["server.port", "net.host.port"]
            case .clients: ["server.port", "net.peer.port"]
            }
        }
    }

    private static let urls = ["url.full", "http.url"]

    /// By key, of those that some span has; what was looked for and not found is there as nil.
    private let known: [String: CodedRows?]
    private let hosts: [CodedRows]
    private let urls: [CodedRows]
    private let ports: [CodedRows]
    /// By the codes that a row has.
    private var numbers: [HostCodes: UInt32] = [:]
    /// The same of those that were asked for not long ago, which nearly all are: nothing is hashed for these.
    private var recent = [(codes: HostCodes, number: UInt32)?](repeating: nil, count: recentCount)

    private static let recentCount = 256

    /// - Parameters:
    ///   - wanted: the rows that are asked for; columns that none of them needs are not read
    ///   - others: of the same segment: what these have read is not read again
    init(
        of side: Side, _ rows: SegmentRows, for wanted: [Int], _ others: HostColumns? = nil
    ) throws(StoreError) {
        var known = others?.known ?? [:]
        let (named, silent) = try Self.columns(side.hosts, rows, for: wanted, &known)
        hosts = named
        urls = try Self.columns(Self.urls, rows, for: silent, &known).found
        ports = try Self.columns(side.ports, rows, for: wanted, &known).found
        self.known = known
    }

    /// - Returns: the columns, best first, and the rows that have nothing in any of them
    private static func columns(
        _ keys: [String], _ rows: SegmentRows, for wanted: [Int], _ known: inout [String: CodedRows?]
    ) throws(StoreError) -> (found: [CodedRows], silent: [Int]) {
        var found: [CodedRows] = []
        var silent = wanted
        for key in keys where !silent.isEmpty {
            let coded = if let column = known[key] { column } else { try rows.coded(.attribute(key)) }
            known[key] = .some(coded)
            guard let coded else { continue }
            found.append(coded)
            silent.removeAll { coded.codes[$0] != CodedRows.missing }
        }
        return (found, silent)
    }

    /// A row's host, without the port of another attribute; nil where it says none.
    func host(_ row: Int) -> String? { HostCodes(row, hosts, urls, []).host(hosts, urls, []) }

    /// The number of a row's host among the labels; 0 where it says none.
    mutating func label(_ row: Int, _ names: FleetNames) -> UInt32 {
        let codes = HostCodes(row, hosts, urls, ports)
        let place = codes.place(Self.recentCount)
        if let known = recent[place], known.codes == codes { return known.number }
        let number =
            numbers[codes] ?? codes.host(hosts, urls, ports).map { names.numbers(ofLabels: [$0])[0] } ?? 0
        numbers[codes] = number
        recent[place] = (codes, number)
        return number
    }
}

/// What a row says of the host that was asked: a column and a code in it, each as one number; 0 for none.
private struct HostCodes: Hashable {
    private var host: UInt64
    private var url: UInt64 = 0
    private var port: UInt64 = 0

    init(_ row: Int, _ hosts: [CodedRows], _ urls: [CodedRows], _ ports: [CodedRows]) {
        host = Self.first(hosts, row)
        if host == 0 { url = Self.first(urls, row) } else { port = Self.first(ports, row) }
    }

    private static func first(_ columns: [CodedRows], _ row: Int) -> UInt64 {
        for column in columns.indices where columns[column].codes[row] != CodedRows.missing {
            return UInt64(column + 1) << 32 | UInt64(columns[column].codes[row])
        }
        return 0
    }

    /// One of so many places, mostly another one than that of others.
    /// - Parameter count: a power of 2
    func place(_ count: Int) -> Int {
        Int(truncatingIfNeeded: host &+ url &+ port &* 31) & (count - 1)
    }

    private static func text(_ code: UInt64, _ columns: [CodedRows]) -> String {
        guard code > 0 else { return "" }
        return columns[Int(code >> 32) - 1].value(of: UInt32(truncatingIfNeeded: code)).text
    }

    /// `proxy.example.com`, `127.0.0.1:8080`; nil where it is not said.
    func host(_ hosts: [CodedRows], _ urls: [CodedRows], _ ports: [CodedRows]) -> String? {
        guard host == 0 else {
            let name = Self.text(host, hosts).lowercased()
            guard !name.isEmpty, name != "-" else { return nil }
            let port = Self.text(port, ports)
            // The usual ports of both schemes: a proxy is asked at one of them, and not at both.
            guard !["", "0", "80", "443"].contains(port), !name.contains(":") else { return name }
            return "\(name):\(port)"
        }
        guard let address = try? GoProxyAddress(Self.text(url, urls)), !address.host.isEmpty else {
            return nil
        }
        return address.name
    }
}
