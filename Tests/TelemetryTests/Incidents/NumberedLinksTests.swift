import OTLPModel
import Testing

@testable import Telemetry

@Suite("Ways between the edges of a region and the nodes behind them")
struct NumberedLinksTests {
    private func row(node: UInt32, behind: UInt32) -> IncidentRow {
        var exchange = Exchange(
            start: 0, durationNanos: 1, responseBytes: 0, segment: 0, row: 0, trace: 0, node: node)
        exchange.kind = ModuleKind.zip.rawValue
        var hop = exchange
        hop.node = behind
        return IncidentRow(exchange, of: 0, behind: behind > 0 ? hop : nil)
    }

    @Test("Each pair of a region and a node has one number, whichever edge of the region asked")
    func numbers() {
        // Nodes 1 and 2 are in region 1, node 3 in region 2, and of node 4 nobody says it.
        let regions: [UInt32] = [0, 1, 1, 2, 0]
        let pairs: [(UInt32, UInt32)] = [(1, 9), (2, 9), (1, 7), (3, 9), (4, 7), (1, 0), (2, 7), (1, 9)]
        let links = NumberedLinks(
            pairs.map { row(node: $0.0, behind: $0.1) }, regions: regions, regionCount: 3)
        #expect(links.count == 4)
        for (region, behind) in [(0, 7), (1, 7), (1, 9), (2, 9)] as [(UInt32, UInt32)] {
            let number = links.number(region: region, behind: behind)
            #expect(number > 0 && number <= 4)
            #expect(links[number] == (region, behind))
        }
        for (region, behind) in [(0, 9), (1, 8), (2, 7), (2, 10)] as [(UInt32, UInt32)] {
            #expect(links.number(region: region, behind: behind) == 0)
        }
    }
}
