import OTLPModel

/// Who reported the spans of a segment.
struct SegmentEmitters {
    private let names: FleetNames
    private let origins: [ResolvedOrigin]
    private let arrivals: [Arrival]
    /// By row.
    private let originIndexes: [UInt32]
    private let arrivalIndexes: [UInt32]
    private let nodes: [UInt32]
    /// By arrival: the place of its address among the distinct ones.
    private let addresses: [UInt32]
    /// By origin and address: the emitter's number; 0 as long as it is not known.
    private var numbers: [UInt32]
    private let addressCount: Int
    private var byText: [Emitter: UInt32] = [:]

    /// - Parameter nodes: by row, the number of the node
    init(
        _ view: SegmentView, _ tables: SegmentTables, _ names: FleetNames, nodes: [UInt32]
    ) throws(StoreError) {
        self.names = names
        self.nodes = nodes
        origins = try view.origins()
        originIndexes = try view.originIndexes()
        arrivalIndexes = try view.arrivalIndexes()
        arrivals = tables.arrivals
        var known: [String: UInt32] = [:]
        addresses = tables.arrivals.map { arrival in
            if let place = known[arrival.peerAddress] { return place }
            let place = UInt32(known.count)
            known[arrival.peerAddress] = place
            return place
        }
        addressCount = known.count
        // Nearly all segments have few of each: what would be large is looked up by name.
        let (count, overflow) = origins.count.multipliedReportingOverflow(by: addressCount)
        numbers = [UInt32](repeating: 0, count: overflow || count > Self.placesMax ? 0 : count)
    }

    private static let placesMax = 1 << 16

    /// The number of who reported a row.
    @inline(__always)
    mutating func number(_ row: Int) -> UInt32 {
        let origin = Int(originIndexes[row])
        let arrival = Int(arrivalIndexes[row])
        guard !numbers.isEmpty else { return number(origin, arrival, row) }
        let place = origin * addressCount + Int(addresses[arrival])
        if numbers[place] > 0 { return numbers[place] }
        numbers[place] = number(origin, arrival, row)
        return numbers[place]
    }

    private mutating func number(_ origin: Int, _ arrival: Int, _ row: Int) -> UInt32 {
        let emitter = Emitter(
            node: nodes[row], scope: origins[origin].scope.name, peerAddress: arrivals[arrival].peerAddress)
        if let known = byText[emitter] { return known }
        let number = names.number(of: emitter)
        byText[emitter] = number
        return number
    }
}
