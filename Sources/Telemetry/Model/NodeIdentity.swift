package import OTLPModel

/// The node that emitted a span, and which fact named it.
package struct NodeIdentity: Hashable, Sendable {
    package enum Source: String, Hashable, Sendable {
        case instanceID = "service.instance.id"
        case hostName = "host.name"
        case kubernetesNode = "k8s.node.name"
        /// Nothing in the resource names a node: the address that the telemetry came from does.
        case peerAddress = "peer address"
    }

    package var name: String
    package var source: Source

    package init(name: String, source: Source) {
        self.name = name
        self.source = source
    }

    /// Reads the identity that a resource declares, and falls back to the peer's address.
    package init(resource: Resource, peerAddress: String) {
        for source in [Source.instanceID, .hostName, .kubernetesNode] {
            guard let name = resource.attributes.string(of: source.rawValue), !name.isEmpty else { continue }
            self.init(name: name, source: source)
            return
        }
        self.init(name: peerAddress, source: .peerAddress)
    }
}
