/// What requests are grouped by.
package enum FleetDimension: Hashable, Sendable {
    /// Everything in one group.
    case all
    case node
    case region
    case role
    case software
    case service
    case serviceVersion
    case module
    /// Module and version.
    case version
    case upstream
    case kind
    case client
    /// Any other key of spans.
    case attribute(SpanKey)

    private static let words: [(name: String, dimension: FleetDimension)] = [
        ("all", .all), ("node", .node), ("region", .region), ("role", .role), ("software", .software),
        ("service", .service), ("service_version", .serviceVersion), ("module", .module),
        ("version", .version),
        ("upstream", .upstream), ("kind", .kind), ("client", .client),
    ]

    /// The names of those that are no attributes.
    package static var names: [String] { words.map(\.name) }

    package init(_ text: String) {
        self = Self.words.first { $0.name == text }?.dimension ?? .attribute(SpanKey(text))
    }

    package var name: String {
        if case .attribute(let key) = self { return key.text }
        return Self.words.first { $0.dimension == self }?.name ?? ""
    }

    /// Whether groups are those of nodes: each is then asked for what it saw and did itself, not for what clients had.
    package var isOfNodes: Bool {
        switch self {
        case .node, .role, .software, .service, .serviceVersion: true
        case .all, .region, .module, .version, .upstream, .kind, .client, .attribute: false
        }
    }

    /// Whether groups are those of a key of spans.
    var isOfAttribute: Bool {
        if case .attribute = self { true } else { false }
    }

    /// The number that tells exchanges of different groups apart while the names are not complete; those of one group
    /// may have several.
    /// - Parameter version: as `Exchange.version` counts them
    func code(
        node: UInt32, version: UInt8, module: UInt32, kind: UInt8, client: UInt32, label: UInt32
    ) -> UInt32 {
        switch self {
        case .all: 0
        case .node, .region, .role, .software, .service: node
        case .serviceVersion: node << 8 | UInt32(version)
        case .module, .version, .upstream: module
        case .kind: UInt32(kind)
        case .client: client
        case .attribute: label
        }
    }

    func code(_ exchange: Exchange) -> UInt32 {
        code(
            node: exchange.node, version: exchange.version, module: exchange.module, kind: exchange.kind,
            client: exchange.client, label: exchange.label)
    }

    func code(_ row: FleetRow) -> UInt32 {
        code(
            node: row.node, version: row.version, module: row.module, kind: row.kind, client: row.client,
            label: 0)
    }

    /// What a code stands for; nil where the exchange has nothing of the kind.
    func text(_ code: UInt32, _ names: FleetNameTables) -> String? {
        switch self {
        case .all: "all"
        case .node, .region, .role, .software, .service: text(of: names.node(code))
        case .serviceVersion: names.version(code).version
        case .module: names.module(code)?.module
        case .version: names.module(code).map { $0.module + ($0.version.map { "@" + $0 } ?? "") }
        case .upstream: names.module(code)?.upstream
        case .kind: ModuleKind(rawValue: UInt8(truncatingIfNeeded: code))?.name
        case .client: names.client(code)?.address
        case .attribute: code > 0 ? names.labels[Int(code) - 1] : nil
        }
    }

    /// What a node has of it; nil where it has nothing of the kind, or the dimension is not about nodes.
    func text(of node: FleetNode) -> String? {
        switch self {
        case .node: node.identity.name
        case .region: node.region
        case .role: node.role?.rawValue
        case .software: node.software?.rawValue
        case .service: node.service
        case .serviceVersion: node.serviceVersion
        case .all, .module, .version, .upstream, .kind, .client, .attribute: nil
        }
    }
}
