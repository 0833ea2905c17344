import OTLPModel

/// Makes the story of a trace.
struct TraceStoryteller {
    /// Larger traces are no requests of the go command, and would have to be laid out a second time.
    static let spansMax = 20_000
    /// How many waits are looked into: each looks for its fetch in the segments of its time.
    static let waitsMax = 20

    private let reader: TelemetryReader
    private let segments: [SegmentReference]
    private let trace: TraceID

    init(_ trace: TraceID, _ segments: [SegmentReference], _ reader: TelemetryReader) {
        self.trace = trace
        self.segments = segments
        self.reader = reader
    }

    /// - Returns: nil for a trace without module requests
    func tell(_ spans: [StoredSpan]) throws(StoreError) -> TraceStory? {
        guard spans.count <= Self.spansMax, let exchanges = try exchanges(of: spans) else { return nil }
        let module = exchanges.found.exchanges.contains { $0.moduleKind?.isModuleRequest == true }
        guard module else { return nil }
        var story = TraceStory(spans: spans, requests: [], parts: [:], joined: [], notes: [])
        try joinFetches(exchanges.found, &story)
        var whole = story.joined.isEmpty ? exchanges : try self.exchanges(of: story.spans) ?? exchanges
        if !story.coalesced.isEmpty {
            let ids = try whole.found.view.spanIDs()
            whole.found.changeAll { found in
                for place in found.indices where story.coalesced.contains(ids[Int(found[place].row)]) {
                    found[place].cacheResult = CacheResult.coalesced.rawValue
                }
                ExchangeResults.spread(&found)
            }
        }
        try describe(whole.found, whole.names, &story)
        return story
    }

    private func exchanges(
        of spans: [StoredSpan]
    ) throws(StoreError) -> (found: SegmentExchanges, names: FleetNames)? {
        // One trace, whatever the joined ones are called.
        let own = spans.map { stored in
            var stored = stored
            stored.span.traceID = trace.bytes
            return stored
        }
        guard let segment = AssembledTraces.segment(of: [trace: own]) else { return nil }
        let names = FleetNames()
        let view = reader.source.view(segment)
        names.add(try FleetSurvey.nodes(view))
        var memory = ScanMemory()
        return (
            try SegmentExchanges(
                view, index: 0, FleetQuestion(window: .all), names, without: [], &memory),
            names
        )
    }

    // MARK: Detached fetches

    private func joinFetches(_ found: SegmentExchanges, _ story: inout TraceStory) throws(StoreError) {
        var waits = 0
        for place in found.exchanges.indices where waits < Self.waitsMax {
            guard let wait = found.athensWait(of: place),
                let call = found.tree.links.protocolCall(below: Int(found.exchanges[place].row))
            else { continue }
            waits += 1
            let node = try node(ofRow: Int(found.exchanges[place].row), found)
            let fetches = try DetachedFetchSearch(segments, reader).traces(of: node, wait)
            guard fetches.count < 2 else {
                let ids = fetches.prefix(5).map(\.hex).joined(separator: ", ")
                story.notes.append(
                    QualityNote(
                        code: "ambiguous_fetch",
                        message:
                            "of \(HumanUnits.count(Int64(fetches.count))) fetches it is not known which one "
                            + "was waited for: \(ids)"))
                continue
            }
            guard let fetch = fetches.first else {
                story.notes.append(
                    QualityNote(
                        code: "missing_fetch",
                        message: "the fetch that Athens waited for is not stored (sampled apart, or lost)"))
                continue
            }
            let callID = SpanID(rawValue: try found.view.spanIDs()[call])
            let spans = try TraceSearch(segments, reader).storedSpans(of: [fetch])[fetch] ?? []
            story.spans += spans.map { stored in
                guard stored.span.parentSpanID.isEmpty else { return stored }
                var root = stored
                root.span.parentSpanID = callID.bytes
                return root
            }
            story.joined.append(fetch)
            let row = Int(found.exchanges[place].row)
            if found.exchanges[place].cacheResult == CacheResult.miss.rawValue, try !isLeader(spans) {
                story.coalesced.insert(try found.view.spanIDs()[row])
            }
        }
    }

    /// Whether some spans are those of who fetched, and not of who waited for another's fetch.
    private func isLeader(_ spans: [StoredSpan]) throws(StoreError) -> Bool {
        var reader: StageReader?
        return try exchanges(of: spans)?.found.detachedFetches(&reader).contains { $0.isLeader } ?? true
    }

    private func node(ofRow row: Int, _ found: SegmentExchanges) throws(StoreError) -> FleetNode.Key {
        let origin = try found.view.origins()[Int(try found.view.originIndexes()[row])]
        let arrival = try found.view.tables().arrivals[Int(try found.view.arrivalIndexes()[row])]
        return FleetNode(origin, peerAddress: arrival.peerAddress).key
    }

    // MARK: Stages

    private func describe(
        _ found: SegmentExchanges, _ names: FleetNames, _ story: inout TraceStory
    ) throws(StoreError) {
        let tables = FleetNameTables(names)
        let ids = try found.view.spanIDs()
        var reader = StageReader()
        let group = ExchangeGroup(found.exchanges, segment: found)
        for place in group.requests {
            let exchange = found.exchanges[place]
            guard let kind = exchange.moduleKind, kind.isModuleRequest else { continue }
            let tree = found.tree
            var ofRow: [Int: StageTimes] = [:]
            reader.pieces(of: Int(exchange.row), in: found) { row, from, to in
                let stage = found.stage(ofRow: row, from: from, in: place, tree)
                ofRow[row, default: StageTimes()][stage] &+= to &- from
            }
            var all = StageTimes()
            for (row, times) in ofRow {
                all += times
                guard let guilty = times.guilty else { continue }
                story.parts[ids[row]] = TraceStory.Part(stage: guilty.stage, criticalNanos: times.total)
            }
            if exchange.isSuccessWithoutSize, tables.node(exchange.node).software == .caddy {
                story.notes.append(Self.noSize(tables.node(exchange.node)))
            }
            let slow = SlowExchange(exchange: exchange, stages: all, isFromProxy: group.isFromProxy(place))
            story.requests.append(
                TraceStory.Request(
                    kind: kind, module: tables.module(exchange.module),
                    cacheResult: CacheResult(rawValue: exchange.facingResult) ?? .unknown,
                    outcome: RequestOutcome(rawValue: exchange.outcome), reason: slow.reason, stages: all,
                    timeout: TimeoutFingerprint.of(
                        nanos: exchange.durationNanos, outcome: RequestOutcome(rawValue: exchange.outcome),
                        kind: kind),
                    caches: caches(place, group, tables)))
        }
    }

    /// A single trace does not show whether the node says sizes of others.
    private static func noSize(_ node: FleetNode) -> QualityNote {
        QualityNote(
            code: "no_size",
            message:
                "the 200 of \(node.identity.name) has no size, and no node behind it tells of the request: Caddy records errors "
                + "of its own so. traceq slowest --by request and traceq errors, which know its other answers, say what it was"
        )
    }

    private func caches(
        _ place: Int, _ group: ExchangeGroup, _ names: FleetNameTables
    ) -> [(node: String, result: CacheResult)] {
        var found: [(node: String, result: CacheResult)] = []
        var next = [place]
        while let place = next.popLast() {
            let exchange = group.exchanges[place]
            let result = CacheResult(rawValue: exchange.cacheResult) ?? .unknown
            found.append((names.node(exchange.node).identity.name, result))
            next += group.hops(of: place).reversed()
        }
        return found
    }
}

extension TelemetryReader {
    /// What a trace that was found tells of module requests; nil where it has none.
    /// - Throws: `StoreError`
    package func story(of trace: TraceID, _ spans: [StoredSpan]) throws(StoreError) -> TraceStory? {
        try snapshot { () throws(StoreError) in
            let segments = try self.segments { _ in true }
            var story = try TraceStoryteller(trace, segments, self).tell(spans)
            story?.notes += damageNotes()
            return story
        }
    }
}
