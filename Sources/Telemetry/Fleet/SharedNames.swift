/// Names that several nodes have, which run different services: as of senders behind one address that name no node, or
/// of services on one host. Behind such a name the service tells who is meant.
struct SharedNames: Sendable {
    private let names: Set<String>

    /// - Parameter nodes: names and services of those that an answer is about
    init(_ nodes: some Sequence<(name: String, service: String)>) {
        var services: [String: String] = [:]
        var names: Set<String> = []
        for node in nodes
        where services.updateValue(node.service, forKey: node.name) ?? node.service != node.service {
            names.insert(node.name)
        }
        self.names = names
    }

    init(_ nodes: some Sequence<FleetNode>) {
        self.init(nodes.map { (name: $0.identity.name, service: $0.service) })
    }

    /// What a node is called: `name`, or `name (service)` where others have the name.
    func label(_ name: String, _ service: String) -> String {
        names.contains(name) ? "\(name) (\(service))" : name
    }

    func label(_ node: FleetNode) -> String { label(node.identity.name, node.service) }

    func isShared(_ node: FleetNode) -> Bool { names.contains(node.identity.name) }
}

extension FleetNode {
    /// The same node under the name that tells it from others.
    func labelled(_ shared: SharedNames) -> FleetNode {
        guard shared.isShared(self) else { return self }
        var node = self
        node.key.identity = NodeIdentity(name: shared.label(self), source: identity.source)
        return node
    }
}
