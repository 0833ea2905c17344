/// Whether modules are private, for a worker of a scan: each is looked at once, when it is asked for first.
struct ModulePrivacy: Sendable {
    private struct Facts: OptionSet, Sendable {
        let rawValue: UInt8
        static let isKnown = Facts(rawValue: 1)
        static let fromProxies = Facts(rawValue: 2)
        static let fromChecksums = Facts(rawValue: 4)
    }

    private let modules: PrivateModules
    private let filter: FleetFilter
    private let names: FleetNames
    /// By number of the module less one.
    private var facts: [Facts] = []

    /// - Parameter filter: modules that do not pass are not looked for
    init(_ modules: PrivateModules, _ filter: FleetFilter, _ names: FleetNames) {
        self.modules = modules
        self.filter = filter
        self.names = names
    }

    /// Finds out about modules of which that is not known yet.
    mutating func look(at numbers: some Sequence<UInt32>) {
        let unknown = Set(numbers).filter { $0 > 0 && !isKnown($0) }.sorted()
        guard !unknown.isEmpty else { return }
        for (number, name) in zip(unknown, names.modules(numbered: unknown)) {
            var found = Facts.isKnown
            if filter.passes(name) {
                if modules.hidesFromProxies(name.module) { found.insert(.fromProxies) }
                if modules.hidesFromChecksums(name.module) { found.insert(.fromChecksums) }
            }
            while facts.count < Int(number) { facts.append([]) }
            facts[Int(number) - 1] = found
        }
    }

    /// Whether a module is private, to whom a request of this kind goes; `look` has been there.
    func isPrivate(_ number: UInt32, _ kind: ModuleKind) -> Bool {
        guard number > 0, Int(number) <= facts.count else { return false }
        return facts[Int(number) - 1].contains(kind.isChecksum ? .fromChecksums : .fromProxies)
    }

    private func isKnown(_ number: UInt32) -> Bool {
        Int(number) <= facts.count && facts[Int(number) - 1].contains(.isKnown)
    }
}

/// Which labels are hosts of a kind, for a worker of a scan.
struct HostKnowledge: Sendable {
    private let names: FleetNames
    private let isWanted: @Sendable (_ host: String) -> Bool
    /// By number less one.
    private var wanted: [Bool] = []

    init(_ names: FleetNames, _ isWanted: @escaping @Sendable (_ host: String) -> Bool) {
        self.names = names
        self.isWanted = isWanted
    }

    /// Whether the label of a number is one; 0 is none.
    mutating func contains(_ number: UInt32) -> Bool {
        guard number > 0 else { return false }
        if Int(number) > wanted.count {
            wanted += names.labels.dropFirst(wanted.count).map(isWanted)
        }
        return wanted[Int(number) - 1]
    }
}
