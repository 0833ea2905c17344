/// The requests of a group in the order of time: how many there were, and from how many clients, in any stretch of it.
struct RequestHistory {
    /// Places among the rows of the data, in the order of their starts.
    let places: [UInt32]
    private let data: IncidentData

    /// - Parameter isIn: whether a row belongs to the group
    init(_ data: IncidentData, _ isIn: (IncidentRow) -> Bool) {
        self.data = data
        places = data.rows.indices.filter { Self.counts(data.rows[$0], data) && isIn(data.rows[$0]) }
            .map { UInt32($0) }.sorted {
                (data.rows[Int($0)].start, $0) < (data.rows[Int($1)].start, $1)
            }
    }

    /// Whether a row is something that a client asked for, up to the end of the window.
    static func counts(_ row: IncidentRow, _ data: IncidentData) -> Bool {
        row.flags.contains(.isRequest) && !row.flags.contains(.clientSide) && row.start < data.until
    }

    private func start(_ place: Int) -> UInt64 { data.rows[Int(places[place])].start }

    /// Where the first request is that starts at a time or later.
    private func index(of time: UInt64) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if start(middle) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Places of the rows of a time.
    func rows(_ time: Range<UInt64>) -> ArraySlice<UInt32> {
        let first = index(of: time.lowerBound)
        return places[first..<max(first, index(of: time.upperBound))]
    }

    /// In a second.
    func rate(_ time: Range<UInt64>) -> Double {
        Double(rows(time).count) * 1e9 / Double(max(time.upperBound - time.lowerBound, 1))
    }

    /// When it begins, but for a hundredth: a few clocks that are years off begin nothing.
    func begin(before time: UInt64) -> UInt64? {
        let count = index(of: time)
        return count > 0 ? start(count / 100) : nil
    }
}

/// Who asked: addresses and user agents by the numbers of clients, each text as a number.
struct RequestClients {
    private let names: FleetNameTables
    private var known: [UInt32: (address: Int, agent: Int)] = [:]
    private var addresses: [String: Int] = [:]
    private var agents: [String: Int] = [:]

    init(_ names: FleetNameTables) { self.names = names }

    /// Numbers of the address and of the user agent; nil where nobody says who asked.
    mutating func client(_ number: UInt32) -> (address: Int, agent: Int)? {
        if let client = known[number] { return client }
        guard let name = names.client(number) else { return nil }
        let client = (Self.number(name.address, &addresses), Self.number(name.userAgent, &agents))
        known[number] = client
        return client
    }

    private static func number(_ text: String, _ numbers: inout [String: Int]) -> Int {
        if let number = numbers[text] { return number }
        numbers[text] = numbers.count
        return numbers.count - 1
    }

    /// How many addresses some requests came from.
    mutating func addressCount(_ rows: some Sequence<UInt32>, _ data: IncidentData) -> Int {
        var seen: Set<Int> = []
        for place in rows {
            if let client = client(data.rows[Int(place)].client) { seen.insert(client.address) }
        }
        return seen.count
    }
}
