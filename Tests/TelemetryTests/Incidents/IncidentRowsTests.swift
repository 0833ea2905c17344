import OTLPModel
import Testing

@testable import Telemetry

@Suite("Requests that rules look at")
struct IncidentRowsTests {
    private func rows(_ places: [(segment: UInt32, row: UInt32)]) -> IncidentRows {
        let exchanges = places.map { place in
            var exchange = Exchange(
                start: UInt64(place.row), durationNanos: 1, responseBytes: 0, segment: place.segment,
                row: place.row, trace: 0, node: 1)
            exchange.kind = ModuleKind.zip.rawValue
            return exchange
        }
        let all = TimeWindow(since: .distantPast, until: .distantFuture)
        var rows = IncidentRows(window: all, asked: all, end: .distantFuture)
        rows.add(ExchangeGroup(exchanges, segment: nil))
        return rows
    }

    @Test("They come by segment and row, whichever thread saw them, and what had to wait among the others")
    func order() {
        let first = rows([(0, 4), (0, 9), (3, 1), (3, 2)])
        let second = rows([(1, 5), (1, 8), (2, 7)])
        let waited = rows([(3, 0), (0, 6), (1, 5)])
        let orders = [[first, second, waited], [second, first, waited], [waited, second, first]]
        let taken = orders.map { parts in
            var all = parts[0]
            for part in parts.dropFirst() { all.merge(part) }
            let rows = all.takeRows()
            #expect(all.rows.count == 0)
            return rows.map { [$0.segment, $0.row] }
        }
        #expect(
            taken[0] == [
                [0, 4], [0, 6], [0, 9], [1, 5], [1, 5], [1, 8], [2, 7], [3, 0], [3, 1], [3, 2],
            ])
        #expect(taken.allSatisfy { $0 == taken[0] })
        var none = rows([])
        #expect(none.takeRows().isEmpty)
    }
}
