import OTLPModel

/// What a worker of a scan keeps from one segment to the next: who took part and what was asked for is mostly the same
/// in all of them, and is numbered for all threads once.
struct ScanMemory: Sendable {
    var paths = PathMemory()
    var clients = ClientMemory()
    /// By number in `paths`: the one in `FleetNames`.
    private var moduleNumbers: [UInt32] = [0]
    /// By number in `FleetNames`: whether the filter lets it pass; of a filter that is about modules only.
    private(set) var passesFilter: [Bool] = []

    /// To be called between segments.
    mutating func forgetIfLarge() {
        if paths.forgetIfLarge() { moduleNumbers = [0] }
        clients.forgetIfLarge()
    }

    /// The numbers in `FleetNames` of the modules of a segment, one more than there are: 0 stays 0.
    mutating func numbers(
        ofModules modules: StringTable, _ names: FleetNames, _ filter: FleetFilter
    ) -> [UInt32] {
        let known = paths.numbers(ofModules: modules)
        numberModules(names, filter)
        return [0] + known.map { moduleNumbers[Int($0)] }
    }

    /// Numbers what `paths` has learnt for all threads.
    private mutating func numberModules(_ names: FleetNames, _ filter: FleetFilter) {
        let known = moduleNumbers.count
        guard known <= paths.moduleCount else { return }
        var table = StringTable()
        for module in known...paths.moduleCount { table.append(paths.name(ofModule: UInt32(module))) }
        moduleNumbers += names.numbers(ofModules: table)
        guard filter.concernsModules else { return }
        for (entry, number) in moduleNumbers[known...].enumerated() {
            while passesFilter.count <= Int(number) { passesFilter.append(false) }
            passesFilter[Int(number)] = filter.passes(ModuleName(table[entry]))
        }
    }

}

/// Who asked in earlier segments.
///
/// For one thread. Numbers are good until `forgetIfLarge`.
struct ClientMemory: Sendable {
    private static let bytesMax = 32 << 20
    /// The clients of an address: mostly one or two, which lie where the address leads. 0 for none.
    private struct Address {
        var firstAgent: UInt32 = 0
        var first: UInt32 = 0
        var secondAgent: UInt32 = 0
        var second: UInt32 = 0
    }

    private var addresses = TextNumbers()
    private var agents = TextNumbers()
    /// By number of an address.
    private var clients: [Address] = [Address()]
    /// By address and user agent: the third client of an address, and all further ones.
    private var others: [UInt64: UInt32] = [:]
    private var clientCount: UInt32 = 0
    /// Those that have no number in `FleetNames` yet: the address, the separator and the user agent.
    private var unnumbered = StringTable()
    /// By number: the one in `FleetNames`.
    private var numbers: [UInt32] = [0]

    /// The numbers in `FleetNames` of the clients of a segment, one more than there are: 0 stays 0.
    mutating func numbers(of segment: ClientTexts.Clients, _ names: FleetNames) -> [UInt32] {
        let addresses = addresses.numbers(of: segment.addresses)
        while clients.count <= self.addresses.count { clients.append(Address()) }
        let agents = [0] + agents.numbers(of: segment.agents)
        let found = clients(addresses, segment.agentOfClient.map { agents[Int($0)] })
        number(names)
        return [0] + found.map { numbers[Int($0)] }
    }

    private static let batch = 64

    /// The numbers of many clients here: what is known of a batch of addresses is read before any of it is compared, so that
    /// the memory has all of it on its way at once.
    private mutating func clients(_ addresses: [UInt32], _ agents: [UInt32]) -> [UInt32] {
        var found = [UInt32](repeating: 0, count: addresses.count)
        var known = [Address](repeating: Address(), count: Self.batch)
        var first = 0
        while first < addresses.count {
            let end = min(first + Self.batch, addresses.count)
            for place in first..<end { known[place - first] = clients[Int(addresses[place])] }
            for place in first..<end {
                let (address, agent) = (known[place - first], agents[place])
                // Mostly it is the first one of its address.
                found[place] =
                    address.first > 0 && address.firstAgent == agent
                    ? address.first : client(addresses[place], agent)
            }
            first = end
        }
        return found
    }

    /// The number of a client here.
    /// - Parameter agent: 0 where none is said
    private mutating func client(_ address: UInt32, _ agent: UInt32) -> UInt32 {
        let known = clients[Int(address)]
        if known.first > 0, known.firstAgent == agent { return known.first }
        if known.second > 0, known.secondAgent == agent { return known.second }
        return add(address, agent)
    }

    private mutating func add(_ address: UInt32, _ agent: UInt32) -> UInt32 {
        let pair = UInt64(address) << 32 | UInt64(agent)
        if let known = others[pair] { return known }
        unnumbered.append(addresses[address] + [ModuleName.separator] + agents[agent])
        clientCount += 1
        if clients[Int(address)].first == 0 {
            (clients[Int(address)].firstAgent, clients[Int(address)].first) = (agent, clientCount)
        } else if clients[Int(address)].second == 0 {
            (clients[Int(address)].secondAgent, clients[Int(address)].second) = (agent, clientCount)
        } else {
            others[pair] = clientCount
        }
        return clientCount
    }

    /// Numbers new ones for all threads.
    private mutating func number(_ names: FleetNames) {
        guard unnumbered.count > 0 else { return }
        numbers += names.numbers(ofClients: unnumbered)
        unnumbered = StringTable()
    }

    mutating func forgetIfLarge() {
        guard addresses.byteCount + agents.byteCount + clients.count * 32 + others.count * 32 > Self.bytesMax
        else { return }
        self = ClientMemory()
    }
}

/// Values by the numbers of nodes, which are small and follow each other.
struct ByNumber<Value: Sendable>: Sendable {
    private(set) var values: [Value] = []
    private let empty: Value

    /// - Parameter empty: what a number has that nothing was said of
    init(_ empty: Value) { self.empty = empty }

    subscript(number: UInt32) -> Value {
        get { number < values.count ? values[Int(number)] : empty }
        _modify {
            while values.count <= Int(number) { values.append(empty) }
            yield &values[Int(number)]
        }
    }

    /// What something was said of, with its number.
    func counted(_ isSaid: (Value) -> Bool) -> [(number: UInt32, value: Value)] {
        values.enumerated().filter { isSaid($0.element) }.map { (UInt32($0.offset), $0.element) }
    }

    mutating func merge(_ other: Self, _ combine: (inout Value, Value) -> Void) {
        for (number, value) in other.values.enumerated() { combine(&self[UInt32(number)], value) }
    }
}
