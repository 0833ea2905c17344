import Testing

@testable import Telemetry

@Suite("Requests are put in the order of their clients")
struct ClientOrderTests {
    /// The order that sorting gives, which keeps equal ones as they are.
    private func sorted(_ clients: [UInt32], _ starts: [Int]) -> [UInt32] {
        clients.indices.sorted { (clients[$0], starts[$0], $0) < (clients[$1], starts[$1], $1) }.map {
            UInt32($0)
        }
    }

    private func places(_ clients: [UInt32], _ starts: [Int], ofPartOf count: Int = 64) -> [UInt32] {
        ClientOrder.places(ofClients: clients, ofPartOf: count) { starts[Int($0)] < starts[Int($1)] }
    }

    @Test("few and many requests of a client, in any order")
    func anyOrder() {
        var random = SeededRandom(seed: 7)
        for clientCount in [1, 3, 50, 5_000] {
            let clients = (0..<2_000).map { _ in
                UInt32.random(in: 0..<UInt32(clientCount), using: &random) * 64 + 5
            }
            let starts = clients.map { _ in Int.random(in: 0..<500, using: &random) }
            #expect(places(clients, starts) == sorted(clients, starts), "\(clientCount) clients")
        }
    }

    @Test("numbers that lie far apart take no memory for those between them")
    func farApart() {
        let clients: [UInt32] = [.max, 1, .max, 7, 1]
        let starts = [2, 9, 1, 4, 3]
        #expect(places(clients, starts, ofPartOf: 1) == [4, 1, 3, 2, 0])
        #expect(places([], []).isEmpty)
        #expect(places([9], [1]) == [0])
    }
}
