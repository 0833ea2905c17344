import Collector
import Telemetry
import TestSupport
import Testing

@Suite("Connections are shared")
struct ConnectionShareTests {
    /// What was taken, and why no more was.
    private struct Filling: Equatable {
        var taken: Int
        var excess: ConnectionShares.Excess?
    }

    /// Takes connections until one is refused.
    private func fill(_ shares: inout ConnectionShares, from address: (Int) -> String) -> Filling {
        for taken in 0..<100_000 {
            do throws(ConnectionShares.Excess) {
                try shares.take(address(taken))
            } catch {
                return Filling(taken: taken, excess: error)
            }
        }
        return Filling(taken: 100_000, excess: nil)
    }

    private func fill(_ shares: inout ConnectionShares, _ address: String) -> Filling {
        fill(&shares) { _ in address }
    }

    @Test("one address holds three quarters of all connections, the next three quarters of the rest")
    func threeQuarters() {
        var shares = ConnectionShares(totalMax: 4_096, perAddressMax: .max)
        let first = fill(&shares, "10.0.0.1")
        #expect(first == Filling(taken: 3_072, excess: .network))
        let second = fill(&shares, "10.0.0.2")
        #expect(second == Filling(taken: 768, excess: .network))
        // Whoever has none finds room, as long as there is any.
        let others = fill(&shares) { "10.1.\($0 / 250).\($0 % 250)" }
        #expect(others == Filling(taken: 256, excess: .all))
    }

    @Test("what is given back can be taken again, by the same address and by others")
    func placesComeBack() {
        var shares = ConnectionShares(totalMax: 100, perAddressMax: .max)
        var taken = [fill(&shares, "10.0.0.1").taken]
        shares.giveBack("10.0.0.1")
        taken.append(fill(&shares, "10.0.0.1").taken)
        for _ in 0..<75 { shares.giveBack("10.0.0.1") }
        taken.append(fill(&shares, "10.0.0.2").taken)
        #expect(taken == [75, 1, 75])
    }

    @Test(
        "where few are taken in all, one address may have them", arguments: [(1, 1), (2, 2), (3, 3), (4, 3)])
    func smallLimits(totalMax: Int, taken: Int) {
        var shares = ConnectionShares(totalMax: totalMax, perAddressMax: .max)
        let filling = fill(&shares, "10.0.0.1")
        #expect(filling.taken == taken)
    }

    @Test("an address has no more than its own limit, and its neighbours do not count for that")
    func limitOfAnAddress() {
        var shares = ConnectionShares(totalMax: 4_096, perAddressMax: 64)
        for address in ["10.0.0.1", "2001:db8::1", "2001:db8::2"] {
            let filling = fill(&shares, address)
            #expect(filling == Filling(taken: 64, excess: .address))
        }
    }

    @Test("hostile 4: a host with a /64 of addresses leaves a quarter of all connections to others")
    func manyAddresses() throws {
        var shares = ConnectionShares(totalMax: 4_096, perAddressMax: 64)
        let filling = fill(&shares) { "2001:db8:1:2::\(String($0, radix: 16))" }
        #expect(filling == Filling(taken: 3_072, excess: .network))
        try shares.take("2001:db8:1:3::1")
        try shares.take("10.0.0.1")
        #expect(throws: ConnectionShares.Excess.network) { try shares.take("2001:db8:1:2:ffff::1") }
    }

    @Test("hostile 4: this machine's addresses are one")
    func loopback() throws {
        var shares = ConnectionShares(totalMax: 4_096, perAddressMax: 64)
        let filling = fill(&shares) { $0 % 9 == 0 ? "::1" : "127.\($0 % 7).\($0 / 250).\($0 % 250)" }
        #expect(filling == Filling(taken: 3_072, excess: .network))
        try shares.take("10.0.0.1")
    }

    @Test(
        "the network of an address is a /64 for IPv6, and the address itself for IPv4",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("unknown", "unknown"), ("::1", "::1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8::/64"),
            ("2001:db8:1::", "2001:db8:1::/64"), ("2001:db8:0:1::", "2001:db8:0:1::/64"),
            ("2001::1:0:0:0:1", "2001:0:0:1::/64"), ("::2", "::/64"), ("::", "::/64"),
            ("fe80::1%eth0", "fe80::/64"), ("::1:2:3:4:5:6", "0:0:1:2::/64"),
            ("64:ff9b::10.0.0.1", "64:ff9b::/64"), ("1:2:3:4:5:6:10.0.0.1", "1:2:3:4::/64"),
        ])
    func networks(address: String, network: String) {
        #expect(PeerAddress.network(of: address) == network)
    }

    @Test("hostile 74: a host with a /64 of addresses is one source, and its certificate another")
    func oneSourceANetwork() {
        let table = SourceTable(
            rates: SourceRates(bySource: [
                "2001:db8::5": SourceRate(requestsPerSecond: 5),
                "2001:db8:1:2::/64": SourceRate(requestsPerSecond: 1),
            ]))
        let first = table.source(of: Peer(address: "2001:db8::1"))
        for number in 0x10..<0x100 {
            #expect(table.source(of: Peer(address: "2001:db8::\(String(number, radix: 16))")) === first)
        }
        #expect(table.source(of: Peer(address: "2001:db8:0:1::1")) !== first)
        #expect(table.source(of: Peer(address: "10.0.0.1")) !== table.source(of: Peer(address: "10.0.0.2")))
        let named = table.source(of: Peer(address: "2001:db8::1", certificateName: "edge"))
        #expect(named === table.source(named: "edge"))
        // Whoever was given a rate has it alone, a network all together.
        #expect(table.source(of: Peer(address: "2001:db8::5")).name == "2001:db8::5")
        let limited =
            [table.source(of: Peer(address: "2001:db8:1:2::1"))]
            + [table.source(of: Peer(address: "2001:db8:1:2::2"))]
        #expect(limited[0] === limited[1])
        var admitted = 0
        while admitted < 100, limited[admitted % 2].admit() == nil { admitted += 1 }
        #expect((10...11).contains(admitted))
    }

    @Test("people read the whole address")
    func wholeAddressIsShown() {
        #expect(Peer(address: "2001:db8::1").sourceName == "2001:db8::1")
        #expect(Peer(address: "2001:db8::1", certificateName: "edge").sourceName == "edge")
    }
}
