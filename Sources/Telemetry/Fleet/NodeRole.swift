/// Where in the chain between a client and the source of a module a node stands.
package enum NodeRole: String, CaseIterable, Comparable, Sendable {
    case device
    case edge
    case proxy
    case origin

    /// What a resource's `edge.node.role` says; nil for what is none.
    init?(declared: String) { self.init(rawValue: declared.lowercased()) }

    /// Where software stands when nothing says it: a module proxy behind what is made to stand at the edge.
    init(_ software: ProxySoftware) {
        switch software {
        case .athens: self = .proxy
        case .nginx, .caddy, .envoy, .traefik, .trafficServer, .haproxy, .varnish: self = .edge
        }
    }

    /// Nearer to the client first.
    package static func < (left: NodeRole, right: NodeRole) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
