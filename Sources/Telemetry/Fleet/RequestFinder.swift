import OTLPModel

/// Finds the requests among the spans of one segment, and all that the segment alone tells of them.
///
/// Classification happens once for each distinct value of the segment; beyond that a span costs a few reads of arrays.
/// Whoever changes what is found raises `SegmentRequests.version`.
struct RequestFinder {
    let view: SegmentView
    let links: SpanLinks
    let starts: [UInt64]
    /// By row; a start and its duration have a sum. 0 where the span says one that cannot be.
    let durations: [UInt64]
    /// Nothing is said of who sent them; modules are numbers of `PathMemory`.
    private(set) var found: [Exchange] = []
    /// By place: the `CacheResult` that the spans of Athens show; 0 where they show none.
    private(set) var shapes: [UInt8] = []
    private(set) var waits: [SegmentRequests.Wait] = []
    let classification: SegmentClassification
    private let codes: [UInt32]
    private let offsets: [Int]
    /// Rows whose duration cannot be.
    private let absurdRows: Set<Int>
    /// By row: the place of its request, -1 for other spans.
    private var places: [Int32]
    private var nearest: [Int32]

    /// - Parameters:
    ///   - paths: what is known of paths of other segments
    ///   - isWanted: whether the node of a row is asked for
    init(
        _ view: SegmentView, _ paths: inout PathMemory, _ isWanted: (_ row: Int) -> Bool = { _ in true }
    ) throws(StoreError) {
        self.view = view
        offsets = try view.traceOffsets()
        codes = try view.parents()
        links = try SpanLinks(view, codes, offsets)
        starts = try view.starts()
        (durations, absurdRows) = Exchange.believable(try view.cappedDurations())
        places = [Int32](repeating: -1, count: codes.count)
        nearest = [Int32](repeating: SpanLinks.notLookedAt, count: codes.count)
        classification = try SegmentClassification(view, &paths)
        find(isWanted)
        guard !found.isEmpty else { return }
        inherit()
        try readOutcomes()
        readCalls()
    }

    // MARK: Requests

    private mutating func find(_ isWanted: (_ row: Int) -> Bool) {
        var way: [Int] = []
        let facts = classification
        for trace in 0..<(offsets.count - 1) {
            let rows = offsets[trace]..<offsets[trace + 1]
            let hasServer = rows.contains { links.roles[$0] == .server && isWanted($0) }
            let first = found.count
            for row in rows {
                let isServer = links.roles[row] == .server
                // Without a server of its own a trace is what a client tells of a request.
                let isClientSide = !hasServer && codes[row] == ParentCode.root && facts.kinds[row] != 0
                guard isServer || isClientSide, isWanted(row) else { continue }
                add(row, facts, trace: trace, isClientSide: isClientSide)
            }
            guard found.count > first else { continue }
            links.findNearest(rows, places, into: &nearest, &way)
            var mayCircle = false
            for place in first..<found.count {
                findOuter(place)
                if Int(found[place].outer) >= place { mayCircle = true }
            }
            // Where each lies in an earlier one, none leads back to itself.
            if mayCircle { found.cutCircles(first..<found.count) }
        }
    }

    private mutating func add(
        _ row: Int, _ facts: SegmentClassification, trace: Int, isClientSide: Bool
    ) {
        var exchange = Exchange(
            start: starts[row], durationNanos: durations[row], responseBytes: facts.responseBytes[row],
            segment: 0, row: UInt32(row), trace: UInt32(trace), node: 0)
        exchange.kind = facts.kinds[row]
        exchange.cacheResult = facts.cacheResults[row]
        exchange.outcome = facts.outcomes[row]
        if let details = facts.details {
            exchange.httpStatus = details.httpStatuses[row]
            exchange.cacheEvidence = details.cacheEvidence[row]
            exchange.module = details.modules[row]
        }
        if let bytes = exchange.bytes, !Exchange.isBelievable(bytes: bytes, nanos: exchange.durationNanos) {
            exchange.responseBytes = RequestAttribute.nothing
            exchange.flags.insert(.unbelievable)
        }
        if !absurdRows.isEmpty, absurdRows.contains(row) { exchange.flags.insert(.unbelievable) }
        if isClientSide { exchange.flags.insert(.clientSide) }
        places[row] = Int32(found.count)
        found.append(exchange)
    }

    private mutating func findOuter(_ place: Int) {
        let row = Int(found[place].row)
        guard links.parents[row] >= 0 else {
            if codes[row] != ParentCode.root { found[place].flags.insert(.orphan) }
            return
        }
        let outer = nearest[Int(links.parents[row])]
        guard outer >= 0, Int(outer) != place else {
            if outer < 0, topCode(of: row) == ParentCode.external { found[place].flags.insert(.orphan) }
            return
        }
        found[place].outer = outer
        found[Int(outer)].flags.insert(.hasHops)
    }

    /// The code of the parent of the topmost span above one, as far as it is near.
    private func topCode(of row: Int) -> UInt32 {
        var at = row
        for _ in 0..<SegmentExchanges.linksMax {
            guard links.parents[at] >= 0 else { return codes[at] }
            at = Int(links.parents[at])
        }
        return ParentCode.root
    }

    // MARK: Inheritance

    /// What a hop was asked for is what the client asked for, where only one of them says it.
    private mutating func inherit() {
        // Inner ones may be stored before the outer ones, and chains have several links.
        for place in found.indices where found[place].outer >= 0 && saysKind(place) {
            var outer = found[place].outer
            while outer >= 0, !saysKind(Int(outer)) {
                copyRequest(from: place, to: Int(outer))
                outer = found[Int(outer)].outer
            }
        }
        for place in found.indices where found[place].outer >= 0 && !saysKind(place) {
            var outer = found[place].outer
            var links = SegmentExchanges.linksMax
            while outer >= 0, !saysKind(Int(outer)), links > 0 {
                outer = found[Int(outer)].outer
                links -= 1
            }
            if outer >= 0, saysKind(Int(outer)) { copyRequest(from: Int(outer), to: place) }
        }
    }

    private func saysKind(_ place: Int) -> Bool {
        found[place].kind != 0 && found[place].kind != ModuleKind.other.rawValue
    }

    private mutating func copyRequest(from: Int, to: Int) {
        found[to].kind = found[from].kind
        found[to].module = found[from].module
        found[to].flags.insert(.inheritedModule)
    }

    // MARK: Changes from the parts in other files

    @inline(__always)
    mutating func change(_ place: Int, _ body: (inout Exchange) -> Void) { body(&found[place]) }

    // MARK: What lies below

    /// What the spans below requests tell of their caches.
    private mutating func readCalls() {
        shapes = [UInt8](repeating: 0, count: found.count)
        for place in found.indices {
            var call: Int?
            var hasOrigin = found[place].flags.contains(.hasHops)
            for child in links.children[Int(found[place].row)] {
                switch links.roles[child] {
                case .protocolCall: call = call ?? child
                case .client: hasOrigin = true
                default: break
                }
            }
            if let call {
                readProtocolCall(call, of: place)
            } else if hasOrigin {
                found[place].flags.insert(.hasOrigin)
            }
        }
    }

    private mutating func readProtocolCall(_ call: Int, of place: Int) {
        found[place].flags.insert(.hasProtocolCall)
        let lookups = AthensTrace.lookups(of: call, links, starts, durations)
        let end = starts[call] &+ durations[call]
        let shape = AthensTrace.Call(row: call, lookups: lookups)
        let result = AthensTrace.result(shape, callEnd: end, httpStatus: found[place].httpStatus)
        shapes[place] = result?.rawValue ?? 0
        // Which versions there are is asked in the request's own trace.
        guard let first = lookups.first, lookups.count <= 2, result != .hit,
            AthensTrace.waited(shape, callEnd: end),
            !links.children[call].contains(where: { links.roles[$0] == .listing })
        else { return }
        let to = lookups.count == 2 ? lookups[1].start : end
        waits.append(
            SegmentRequests.Wait(
                place: UInt32(place), after: first.end &- found[place].start, nanos: to &- first.end))
    }
}

extension [Exchange] {
    /// Senders may have made parents go round in circles: each is cut where it closes.
    mutating func cutCircles(_ places: Range<Int>) {
        // By place: which walk came by.
        var walks = [Int32](repeating: -1, count: places.count)
        for first in places where walks[first - places.lowerBound] < 0 {
            let walk = Int32(first - places.lowerBound)
            var place = first
            while walks[place - places.lowerBound] < 0 {
                walks[place - places.lowerBound] = walk
                guard self[place].outer >= 0 else { break }
                let outer = Int(self[place].outer)
                if walks[outer - places.lowerBound] == walk {
                    self[place].outer = -1
                    break
                }
                place = outer
            }
        }
    }
}
