import NIOCore

/// Where a connection comes from.
enum PeerAddress {
    /// The address without the port; an IPv4 address that came over an IPv6 socket in its IPv4 form.
    static func text(of channel: any Channel) -> String {
        let address = channel.remoteAddress?.ipAddress ?? "unknown"
        let mapped = "::ffff:"
        guard address.hasPrefix(mapped), address.contains(".") else { return address }
        return String(address.dropFirst(mapped.count))
    }
}
