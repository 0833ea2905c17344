/// Where the spans of a segment came from: origins and the addresses that sent them.
///
/// Many emitters say nothing of the node that they run on. Then the address stands for it, and only both
/// together tell nodes apart.
struct SegmentSources: Sendable {
    /// An origin as one address sent it.
    struct Source: Hashable, Sendable {
        /// Index of the origin.
        var origin: UInt32
        /// Index into `peers`.
        var peer: UInt32
    }

    /// The distinct addresses, in the order of their first arrival.
    private(set) var peers: [String] = []
    private(set) var sources: [Source] = []
    /// By span: index into `sources`.
    private(set) var indexes: [UInt32] = []

    init(_ columns: borrowing SegmentColumns) {
        var peerIndexes: [String: UInt32] = [:]
        let peerOfArrival = columns.tables.arrivals.map { arrival in
            if let known = peerIndexes[arrival.peerAddress] { return known }
            let index = UInt32(peers.count)
            peers.append(arrival.peerAddress)
            peerIndexes[arrival.peerAddress] = index
            return index
        }
        let origins = columns.originIndexes
        let arrivals = columns.arrivalIndexes
        indexes.reserveCapacity(origins.count)
        var table = ProbeTable(capacity: 64)
        var last: UInt32 = 0
        for span in origins.indices {
            let source = Source(origin: origins[span], peer: peerOfArrival[Int(arrivals[span])])
            if sources.isEmpty || sources[Int(last)] != source { last = index(of: source, &table) }
            indexes.append(last)
        }
    }

    private mutating func index(of source: Source, _ table: inout ProbeTable) -> UInt32 {
        let hash = TableHash.words(UInt64(source.origin), UInt64(source.peer))
        if let known = table.find(hash, { sources[$0] == source }) { return UInt32(known) }
        let index = sources.count
        sources.append(source)
        table.insert(hash, index: index)
        return UInt32(index)
    }
}
