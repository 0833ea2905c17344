import NIOCore

/// Who is at the other end of a connection.
package struct Peer: Hashable, Sendable {
    /// The address without the port.
    package var address: String
    /// The name in the client certificate that was verified; nil without one.
    package var certificateName: String?

    package init(address: String, certificateName: String? = nil) {
        self.address = address
        self.certificateName = certificateName
    }

    /// What quotas, fair shares and counters go by, unless a request carries a credential of its own.
    package var sourceName: String { certificateName ?? address }
}
