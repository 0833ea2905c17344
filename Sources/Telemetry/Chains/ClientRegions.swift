import Glibc

/// In which regions clients are, by their addresses: networks that somebody wrote down.
package struct ClientRegions: Hashable, Sendable {
    /// A network, as `203.0.113.0/24`, `2001:db8::/32` or a single address.
    package struct Network: Hashable, Sendable {
        /// 16, as IPv6 has them; of IPv4 as IPv6 maps it. What is behind the prefix is 0.
        fileprivate let bytes: [UInt8]
        /// Bits of the prefix, of these 128.
        fileprivate let length: Int

        /// Nil for what is no address, has no such length, or has bits behind its prefix.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let bytes = Self.bytes(String(parts[0])) else { return nil }
            let isVersion4 = !parts[0].contains(":")
            var length = 128
            if parts.count == 2 {
                let most = isVersion4 ? 32 : 128
                guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let bits = Int(parts[1]),
                    bits <= most
                else { return nil }
                length = bits + 128 - most
            }
            guard Self.prefix(bytes, length) == bytes else { return nil }
            (self.bytes, self.length) = (bytes, length)
        }

        /// Nil for what is no address.
        fileprivate static func bytes(_ text: String) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: 16)
            if unsafe inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
            var four = [UInt8](repeating: 0, count: 4)
            guard unsafe inet_pton(AF_INET, text, &four) == 1 else { return nil }
            return [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + four
        }

        fileprivate static func prefix(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
            bytes.indices.map { place in
                let bits = min(max(length - 8 * place, 0), 8)
                return bytes[place] & UInt8(truncatingIfNeeded: 0xff << (8 - bits))
            }
        }
    }

    /// By length, the longest first, and prefix.
    private var regions: [Int: [[UInt8]: String]] = [:]

    package init() {}

    package var isEmpty: Bool { regions.isEmpty }

    /// - Returns: false where the network has another region already
    package mutating func add(_ network: Network, region: String) -> Bool {
        if let known = regions[network.length]?[network.bytes] { return known == region }
        regions[network.length, default: [:]][network.bytes] = region
        return true
    }

    /// The region of the smallest network that has an address; nil where none has it.
    package func region(of address: String) -> String? {
        guard let bytes = Network.bytes(address) else { return nil }
        for length in regions.keys.sorted(by: >) {
            if let region = regions[length]?[Network.prefix(bytes, length)] { return region }
        }
        return nil
    }
}
