import NIOCore

/// Who is at the other end of a connection.
package struct Peer: Hashable, Sendable {
    /// The address without the port.
    package let address: String
    /// What its address is counted with where nobody has proved who they are: see `PeerAddress.network(of:)`.
    package let network: String
    /// The name in the client certificate that was verified; nil without one.
    package let certificateName: String?

    package init(address: String, certificateName: String? = nil) {
        self.address = address
        self.certificateName = certificateName
        network = PeerAddress.network(of: address)
    }

    /// What people read who it is, unless a request carries a credential of its own.
    package var sourceName: String { certificateName ?? address }
}
