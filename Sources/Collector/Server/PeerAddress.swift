import NIOCore

/// Where a connection comes from.
package enum PeerAddress {
    /// The address without the port; an IPv4 address that came over an IPv6 socket in its IPv4 form.
    static func text(of channel: any Channel) -> String {
        let address = channel.remoteAddress?.ipAddress ?? "unknown"
        let mapped = "::ffff:"
        guard address.hasPrefix(mapped), address.contains(".") else { return address }
        return String(address.dropFirst(mapped.count))
    }

    /// Groups of an IPv6 address, and those of them that are its network.
    private static let groupCount = 8
    private static let networkGroupCount = 4
    private static let networkSuffix = "::/64"

    /// What shares are counted by: an IPv4 address, or the /64 of an IPv6 address, as in `2001:db8:1:2::/64`. That is
    /// what one link gets, and a host may use every address of its own (RFC 7421): by addresses it would be as many
    /// senders as it likes. `::1` is this machine's alone.
    ///
    /// - Parameter address: as the system writes it (RFC 5952), without a port
    package static func network(of address: String) -> String {
        guard address.utf8.contains(UInt8(ascii: ":")), address != "::1" else { return address }
        // A zone, as in fe80::1%eth0, belongs to the interface.
        let network = groups(of: address.prefix { $0 != "%" }).prefix(networkGroupCount)
        let written = network.prefix((network.lastIndex { $0 != "0" } ?? -1) + 1)
        return written.joined(separator: ":") + networkSuffix
    }

    /// A network as `network(of:)` writes it; nil for what is none.
    static func network(parsing text: String) -> String? {
        guard text.hasSuffix("/64"),
            let address = try? SocketAddress(ipAddress: String(text.dropLast(3)), port: 0).ipAddress,
            address.contains(":")
        else { return nil }
        // One that has bits beyond the 64 is an address.
        guard groups(of: address[...]).dropFirst(networkGroupCount).allSatisfy({ $0 == "0" }) else {
            return nil
        }
        return network(of: address)
    }

    /// The eight groups of an address, of which `::` stands for as many zeros as are missing. Of a last group that is an
    /// IPv4 address only the number of groups matters.
    private static func groups(of address: Substring) -> [Substring] {
        guard let gap = address.firstRange(of: "::") else {
            return address.split(separator: ":")
        }
        let head = address[..<gap.lowerBound].split(separator: ":")
        let tail = address[gap.upperBound...].split(separator: ":")
        let tailCount = tail.count + (tail.last?.contains(".") == true ? 1 : 0)
        let zeros = Array(repeating: Substring("0"), count: max(0, groupCount - head.count - tailCount))
        return head + zeros + tail
    }
}
