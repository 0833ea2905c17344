/// Who sends: what `doctor` lists one by one.
package struct Sender: Hashable, Sendable {
    /// The name of the credential where authentication is on, else the address.
    package var source: String
    /// The address of the connection, without the port.
    package var address: String

    package init(source: String, address: String) {
        self.source = source
        self.address = address
    }

    /// A sender that is known by its address alone.
    package init(address: String) { self.init(source: address, address: address) }
}

/// One of the programs behind a sender: what a resource says of itself.
package struct SendingService: Hashable, Sendable {
    /// `service.name`; nil without one.
    package var name: String?
    /// `service.instance.id`, `host.name` or `k8s.node.name`; nil without any.
    package var node: String?

    package init(name: String?, node: String?) {
        self.name = name
        self.node = node
    }
}
