/// A fault with its time, its strength and its place.
struct PlannedFault: Hashable, Sendable {
    var kind: Fault
    /// Since the begin of the traffic.
    var afterNanos: UInt64 = 0
    /// Nil until the end.
    var lengthNanos: UInt64?
    /// See `Fault.usualStrength`.
    var strength: Double
    /// An edge node, a proxy, a region or a host of modules, as the kind has it; nil for the usual one.
    var place: String?

    init(_ kind: Fault) {
        self.kind = kind
        strength = kind.usualStrength
    }

    /// Reads `slow-node:after=30m,for=20m,strength=4,at=edge-fra-01`; what is behind the colon may be left out.
    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = Fault(rawValue: String(parts[0])) else { return nil }
        self.init(kind)
        guard parts.count == 2 else { return }
        guard kind.isPlaced else { return nil }
        for setting in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
            let pair = setting.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, set(String(pair[0]), String(pair[1])) else { return nil }
        }
    }

    private mutating func set(_ key: String, _ value: String) -> Bool {
        switch key {
        case "after", "for":
            guard let duration = DurationArgument(argument: value) else { return false }
            if key == "after" {
                afterNanos = duration.nanoseconds
            } else {
                lengthNanos = duration.nanoseconds
            }
        case "strength":
            guard let number = Double(value), number > 0, number.isFinite, !kind.isShare || number <= 1 else {
                return false
            }
            strength = number
        case "at":
            place = value
        default: return false
        }
        return true
    }
}

/// The faults of a run as they are at a moment, at a node, for a module.
struct ActiveFaults: Sendable {
    private struct Entry: Sendable {
        let kind: Fault
        let time: Range<UInt64>
        let strength: Double
        /// By `FleetNode.index`; nil for all.
        let nodes: Set<Int>?
        /// By `FleetNode.index`: when it begins at a node, where not at all at once.
        let begins: [Int: UInt64]
        /// Nil for modules of all hosts.
        let host: String?
    }

    private let entries: [Entry]

    /// No faults.
    init() { entries = [] }

    /// - Parameter start: of the traffic
    init(_ fleet: Fleet, start: UInt64) {
        entries = fleet.faults.map { fault in
            let from = start + fault.afterNanos
            let (end, overflow) = from.addingReportingOverflow(fault.lengthNanos ?? .max)
            return Entry(
                kind: fault.kind, time: from..<(overflow ? .max : end), strength: fault.strength,
                nodes: fleet.nodes(of: fault), begins: fleet.begins(of: fault, start: start),
                host: fault.kind.place == .upstream ? fault.place : nil)
        }
    }

    /// Nil where there is no such fault then and there.
    func strength(
        _ kind: Fault, at time: UInt64, node: FleetNode? = nil, module: String = ""
    ) -> Double? {
        for entry in entries where entry.kind == kind && entry.time.contains(time) {
            if let nodes = entry.nodes, let node, !nodes.contains(node.index) { continue }
            if let node, let begin = entry.begins[node.index], time < begin { continue }
            if let host = entry.host, module.prefix(while: { $0 != "/" }) != host { continue }
            return entry.strength
        }
        return nil
    }

    /// When the fault began that there is then and there; nil where there is none.
    func begin(_ kind: Fault, at time: UInt64, node: FleetNode) -> UInt64? {
        entries.first {
            $0.kind == kind && $0.time.contains(time) && $0.nodes?.contains(node.index) != false
        }?.time.lowerBound
    }

    /// When the caches last lost what they had, before a time.
    func flush(before time: UInt64) -> UInt64? {
        entries.filter { $0.kind == .cacheFlush && $0.time.lowerBound <= time }.map(\.time.lowerBound).max()
    }

    var startsCold: Bool { entries.contains { $0.kind == .coldCache } }
}

extension Fleet {
    /// Where a fault is, by `FleetNode.index`; nil for all nodes.
    func nodes(of fault: PlannedFault) -> Set<Int>? {
        switch fault.kind.place {
        case .everywhere, .upstream: return nil
        case .edge:
            // The second edge node is the usual one; with one node only, it is the first.
            let usual = edges[min(1, edges.count - 1)].instance
            return Set(edges.filter { $0.instance == fault.place ?? usual }.map(\.index))
        case .proxy:
            return Set(proxies.filter { $0.instance == fault.place ?? proxies[0].instance }.map(\.index))
        case .region:
            return Set(edges.filter { $0.region.name == fault.place ?? regions[0].name }.map(\.index))
        case .node:
            let usual = edges[min(1, edges.count - 1)].instance
            return Set((edges + proxies).filter { $0.instance == fault.place ?? usual }.map(\.index))
        case .edges:
            guard let place = fault.place else { return nil }
            return Set(edges.filter { $0.instance == place || $0.region.name == place }.map(\.index))
        case .role:
            let all: [FleetNode] =
                switch fault.place {
                case nil, "edges": edges
                case "proxies": proxies
                case let region: edges.filter { $0.region.name == region }
                }
            // Who does not name itself does not say its version either, as long as there is another one.
            let named = all.filter(\.isIdentified)
            return Set((named.isEmpty ? all : named).map(\.index))
        }
    }

    /// Between the nodes of a deployment, in nanoseconds.
    static let deploymentPace = UInt64(seconds: 20)

    /// When a fault begins at each node, where that is one node after the other.
    func begins(of fault: PlannedFault, start: UInt64) -> [Int: UInt64] {
        guard fault.kind == .versionRegression, let indices = nodes(of: fault) else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: indices.sorted().enumerated().map { position, index in
                (index, start + fault.afterNanos + UInt64(position) * Self.deploymentPace)
            })
    }

    /// What a place can be called that a kind of fault has; nil for any host of modules.
    func places(of kind: Fault) -> [String]? {
        switch kind.place {
        case .everywhere: []
        case .upstream: nil
        case .edge: edges.map(\.instance)
        case .node: (edges + proxies).map(\.instance)
        case .role: ["edges", "proxies"] + regions.map(\.name)
        case .edges: edges.map(\.instance) + regions.map(\.name)
        case .proxy: proxies.map(\.instance)
        case .region: regions.map(\.name)
        }
    }
}
