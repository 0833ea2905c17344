/// Exchanges that are given to an aggregate together, each with all of its hops: those of a segment, or those that
/// had to wait for what other segments have.
struct ExchangeGroup {
    let exchanges: [Exchange]
    /// What they were read from; nil for those that had to wait.
    let segment: SegmentExchanges?
    /// By exchange, where stages are asked for; of those that had to wait.
    let heldStages: [StageTimes]
    private let firstHops: [Int32]
    private let nextHops: [Int32]

    init(_ exchanges: [Exchange], segment: SegmentExchanges?, heldStages: [StageTimes] = []) {
        self.exchanges = exchanges
        self.segment = segment
        self.heldStages = heldStages
        var first: [Int32] = []
        var next: [Int32] = []
        if exchanges.contains(where: { $0.outer >= 0 }) {
            first = [Int32](repeating: -1, count: exchanges.count)
            next = first
            for place in exchanges.indices.reversed() where exchanges[place].outer >= 0 {
                next[place] = first[Int(exchanges[place].outer)]
                first[Int(exchanges[place].outer)] = Int32(place)
            }
        }
        firstHops = first
        nextHops = next
    }

    /// The places of exchanges that count: in the window, passing the filter, with nothing to wait for.
    var counted: some Sequence<Int> {
        exchanges.indices.lazy.filter { exchanges[$0].flags.isDisjoint(with: [.leftOut, .held]) }
    }

    /// The places of what clients faced.
    var requests: some Sequence<Int> { counted.lazy.filter { exchanges[$0].isRequest } }

    /// The places of the exchanges right behind one.
    func hops(of place: Int) -> UnfoldSequence<Int, Int32> {
        sequence(state: firstHops.isEmpty ? -1 : firstHops[place]) { [nextHops] next in
            guard next >= 0 else { return nil }
            defer { next = nextHops[Int(next)] }
            return Int(next)
        }
    }

    /// Where the time of an exchange went.
    func stages(of place: Int, _ reader: inout StageReader) -> StageTimes {
        // Of those that had to wait, that was not known when their stages were read.
        if exchanges[place].isCutOff {
            var times = StageTimes()
            times[.network] = exchanges[place].durationNanos
            return times
        }
        if let segment { return reader.stages(of: place, in: segment) }
        return heldStages[place]
    }
}

/// What an answer adds up from all requests of a window. Each worker of a scan has one.
protocol FleetAggregate: Sendable {
    /// Takes in exchanges whose facts are all known.
    mutating func add(_ group: ExchangeGroup)

    /// Takes in what spans besides exchanges tell; called once for each segment, before its exchanges are given.
    ///
    /// All that may be damaged is read before anything changes.
    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError)

    /// Takes in what spans besides exchanges tell of traces that lie in several segments; called once for each segment
    /// that was made of such, of which `add(spansOf:)` has seen the parts.
    mutating func add(assembled segment: SegmentExchanges) throws(StoreError)

    /// Is told what a group without a segment will not tell any more: the spans of exchanges that have to wait for
    /// other segments.
    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges)

    /// Takes in what another worker has.
    mutating func merge(_ other: Self)
}

extension FleetAggregate {
    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {}
    mutating func add(assembled segment: SegmentExchanges) throws(StoreError) {}
    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges) {}
}
