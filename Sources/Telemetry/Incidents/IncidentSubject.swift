/// What a finding is about. Several may be given: a link has a region and the node that it leads to.
package struct IncidentSubject: Hashable, Sendable {
    package var node: String?
    package var region: String?
    /// The host that modules come from, or the checksum database.
    package var upstream: String?
    package var module: String?
    package var version: String?
    /// An address.
    package var client: String?
    package var serviceVersion: String?
    /// What the node does, where several nodes have its name.
    package var service: String?

    package init(
        node: String? = nil, region: String? = nil, upstream: String? = nil, module: String? = nil,
        version: String? = nil, client: String? = nil, serviceVersion: String? = nil, service: String? = nil
    ) {
        self.service = service
        self.node = node
        self.region = region
        self.upstream = upstream
        self.module = module
        self.version = version
        self.client = client
        self.serviceVersion = serviceVersion
    }

    /// The keys that are given, with their names in documents, in order.
    package var members: [(key: String, value: String)] {
        [
            ("node", node), ("region", region), ("upstream", upstream), ("module", module),
            ("version", version), ("client", client), ("service_version", serviceVersion),
            ("service", service),
        ].compactMap { key, value in value.map { (key, $0) } }
    }

    /// What the node is called among others: with its service where they have the same name.
    package var nodeLabel: String? { node.map { node in service.map { "\(node) (\($0))" } ?? node } }

    /// The keys that are given with what people read, in order.
    package var words: [(key: String, value: String)] {
        members.compactMap { key, value in
            switch key {
            case "node": (key, nodeLabel ?? value)
            case "service": node == nil ? (key, value) : nil
            default: (key, value)
            }
        }
    }
}

/// By what requests are put together when a culprit is looked for.
enum IncidentDimension: Int, CaseIterable, Sendable {
    case upstream
    case serviceVersion
    case node
    /// The region of an edge together with the node behind it.
    case link
    case region
    case module
    /// All requests: what is wrong everywhere.
    case everything
}
