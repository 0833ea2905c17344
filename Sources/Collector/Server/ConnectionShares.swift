/// Counts open connections by where they come from, and decides whether one more is taken.
///
/// Who holds many leaves room for others: a connection is taken as long as its network holds less than three times
/// what is left free. So one alone gets three quarters of all, two get three sevenths each, and who has none always finds
/// room. (Dynamic thresholds, as of the memory that requests hold.)
package struct ConnectionShares: Sendable {
    /// Why a connection is not taken.
    package enum Excess: Error {
        /// There are as many as there may be.
        case all
        /// Its network holds three quarters, or less when others hold some, too.
        case network
        /// Its address has as many as an address may have.
        case address
    }

    /// How many times what is left free one network may hold.
    private static let timesFree = 3

    private let totalMax: Int
    private let perAddressMax: Int
    private var total = 0
    private var countByAddress: [String: Int] = [:]
    private var countByNetwork: [String: Int] = [:]

    /// - Parameters:
    ///   - totalMax: of all connections, at least 1
    ///   - perAddressMax: from one address other than loopback
    package init(totalMax: Int, perAddressMax: Int) {
        self.totalMax = totalMax
        self.perAddressMax = perAddressMax
    }

    /// Counts a connection, if it may come.
    package mutating func take(_ address: String) throws(Excess) {
        guard total < totalMax else { throw .all }
        let network = Self.network(of: address)
        let ofNetwork = countByNetwork[network, default: 0]
        guard ofNetwork < Self.timesFree * (totalMax - total) else { throw .network }
        // A whole fleet may stand in one network, so that this one is about addresses.
        let ofAddress = countByAddress[address, default: 0]
        guard ofAddress < perAddressMax || network == Self.thisMachine else { throw .address }
        total += 1
        countByNetwork[network] = ofNetwork + 1
        countByAddress[address] = ofAddress + 1
    }

    /// Gives back what `take` counted.
    package mutating func giveBack(_ address: String) {
        total -= 1
        Self.decrement(&countByNetwork, Self.network(of: address))
        Self.decrement(&countByAddress, address)
    }

    /// All that connects from this machine: whoever is on it has all of 127.0.0.0/8 to connect from.
    private static let thisMachine = "loopback"

    private static func network(of address: String) -> String {
        ListenAddress(host: address, port: 0).isLoopback ? thisMachine : PeerAddress.network(of: address)
    }

    private static func decrement(_ counts: inout [String: Int], _ key: String) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
