import OTLPModel

/// A request for a module as the span of its client tells it, where that is no exchange of its own: what a proxy asked
/// of another one.
struct ClientCall: Sendable {
    var row: Int
    /// Number of a label: the host that was asked.
    var host: UInt32
    /// Number of a `ModuleName`.
    var module: UInt32
    var kind: ModuleKind
    /// `RequestOutcome`; 0 where the span does not tell.
    var outcome: UInt8
    /// `RequestAttribute.nothing` where the span does not tell.
    var responseBytes: UInt64
    /// The place of the exchange in the course of which it was asked; nil without one here.
    var exchange: Int?
}

extension SegmentExchanges {
    /// The requests of client spans in a window, to hosts that are wanted.
    ///
    /// A call whose server tells of itself, under the same host, is left out: that exchange is the same request. So are
    /// traces that lie in several segments; these are looked at whole, in a segment of their own.
    func clientCalls(
        in window: TimeWindow, _ names: FleetNames, to isWanted: (_ host: UInt32) -> Bool
    ) throws(StoreError) -> [ClientCall] {
        let isClient = try view.tables().operations.map { $0.kind == SpanKind.client.rawValue }
        guard isClient.contains(true) else { return [] }
        let operations = try view.operationIndexes()
        let tree = tree
        var calls: [Int] = []
        for trace in 0..<(traceOffsets.count - 1) where isElsewhere.isEmpty || !isElsewhere[trace] {
            calls += rows(ofTrace: trace).filter { row in
                isClient[Int(operations[row])] && tree.exchangeOfRow[row] < 0
                    && window.contains(UnixNanos(clamping: starts[row]))
            }
        }
        var columns = try HostColumns(of: .clients, SegmentRows(view), for: calls, hostColumns)
        var found: [(row: Int, host: UInt32)] = []
        for row in calls {
            let host = columns.label(row, names)
            guard host > 0, isWanted(host), !isToldByServer(row, host, tree) else { continue }
            found.append((row, host))
        }
        guard !found.isEmpty else { return [] }
        let modules = try ModuleRows(view)
        let numbers = names.numbers(ofModules: modules.nameTable)
        let facts = try SegmentClassification(view)
        return found.compactMap { row, host in
            guard let module = modules.number(row), let kind = ModuleKind(rawValue: facts.kinds[row]) else {
                return nil
            }
            let exchange = Int(tree.nearest[row])
            return ClientCall(
                row: row, host: host, module: numbers[module], kind: kind, outcome: facts.outcomes[row],
                responseBytes: facts.responseBytes[row], exchange: exchange >= 0 ? exchange : nil)
        }
    }

    private func isToldByServer(_ row: Int, _ host: UInt32, _ tree: SegmentTree) -> Bool {
        tree.children[row].contains { child in
            let exchange = Int(tree.exchangeOfRow[Int(child)])
            return exchange >= 0 && exchanges[exchange].label == host
        }
    }
}

extension [Exchange] {
    /// The exchange around all others that one is a hop of: its client is who asked in the end. Of a chain that is longer
    /// than any real one, the last that is near.
    func outermost(_ place: Int) -> Exchange {
        var place = place
        for _ in 0..<SegmentExchanges.linksMax {
            guard self[place].outer >= 0 else { break }
            place = Int(self[place].outer)
        }
        return self[place]
    }
}
