import OTLPModel

/// Looks once at all requests of a window, and gives them to whoever adds them up.
///
/// A segment at a time, on all cores. What cannot be told from one segment alone (a trace with parts in several, a
/// fetch of Athens in a trace of its own, a "not found" that may be a probe, a request that an edge passed on without
/// its trace) is put off to the end, trace by trace; the rest never waits, and is not kept.
struct FleetScan<Aggregate: FleetAggregate> {
    /// What a scan found.
    struct Answer {
        var aggregate: Aggregate
        var names: FleetNames
        var quality: FleetQuality
        /// What `Exchange.segment` counts: the segments, and behind them those that were made of split traces.
        var segments: [SegmentReference]
        /// How many of these are stored; the others are in memory.
        var stored: Int
        /// What had to wait for other segments.
        var held: HeldExchanges
        /// Fetches of Athens in traces of their own.
        var fetches: [DetachedFetch]
        /// What was asked in the end, with all that is known of nodes.
        var question: FleetQuestion
        var survey: FleetSurvey
    }

    /// What a worker has found so far.
    private struct State: Sendable {
        var aggregate: Aggregate
        var held = HeldExchanges()
        var asked = AskedModules()
        var clocks = NodeClocks()
        var caches = NodeCacheTally()
        var sizes = NodeSizeTally()
        var quality = FleetQuality()
        var reader: StageReader?
        var memory = ScanMemory()
    }

    private let question: FleetQuestion
    private let reader: TelemetryReader
    private let names: FleetNames
    private let survey: FleetSurvey
    private let makeAggregate: @Sendable (FleetNames) -> Aggregate

    /// - Parameter make: makes what a worker adds up into; it may keep the names, which are complete at the end
    /// - Throws: `StoreError`
    static func run(
        _ question: FleetQuestion, _ reader: TelemetryReader,
        _ make: @escaping @Sendable (FleetNames) -> Aggregate
    ) throws(StoreError) -> Answer {
        var question = question
        question.mirrors = reader.mirrors
        let stored = try reader.segments { $0.overlaps(question.window) }
        let names = FleetNames()
        let survey = try FleetSurvey(stored, reader, names)
        let segments = stored + (try AssembledTraces.segments(of: survey.splitTraces, stored, reader))
        var scan = FleetScan(
            question: question, reader: reader, names: names, survey: survey, makeAggregate: make)
        let (first, facts) = try scan.look(at: segments, stored: stored.count)
        guard facts != question.nodeFacts else { return first }
        // Some nodes turned out to cache, which nobody knew: what they passed on and what not now says something. Or to
        // say how large what they give out is, and answers without a size lay where that did not show.
        var informed = question
        informed.nodeFacts = facts
        scan = FleetScan(
            question: informed, reader: reader, names: names, survey: survey, makeAggregate: make)
        return try scan.look(at: segments, stored: stored.count).0
    }

    private func look(
        at segments: [SegmentReference], stored: Int
    ) throws(StoreError) -> (Answer, NodeFacts) {
        let (question, names, survey, makeAggregate) = (question, names, survey, makeAggregate)
        var outcome = try ParallelScan.run(
            segments, reader.source,
            makeState: {
                State(
                    aggregate: makeAggregate(names), quality: FleetQuality(in: question.qualityWindow),
                    reader: question.wantsStages ? StageReader() : nil)
            }
        ) { (state: inout State, view, index) throws(StoreError) in
            // What was made of split traces is looked at whole.
            let split = index < stored ? survey.splitTraces : []
            var found = try SegmentExchanges(
                view, index: index, question, names, without: split, &state.memory)
            let sizes = try found.findFalseSuccesses(isStored: index < stored, question.nodeFacts)
            if index < stored {
                try state.aggregate.add(spansOf: found)
            } else {
                try state.aggregate.add(assembled: found)
            }
            state.sizes.merge(sizes)
            found.leaveOut(
                question, state.memory.passesFilter, hasEdges: survey.hasEdges)
            Self.sort(&found, into: &state, survey)
            // What of the requests is known stays in the answer.
            if let damage = found.treeDamage { throw damage }
        }
        reader.note(outcome.damages)
        return finish(&outcome.states, segments, stored: stored)
    }

    /// Gives an aggregate what is complete, and puts off the rest.
    private static func sort(_ found: inout SegmentExchanges, into state: inout State, _ survey: FleetSurvey)
    {
        for trace in found.traces {
            let isHeld = trace.contains {
                found.mustWait($0, mayLackTraces: survey.hasEdges && survey.hasProxies)
            }
            for place in trace {
                let exchange = found.exchanges[place]
                state.caches.add(exchange)
                state.clocks.add(
                    node: exchange.node, end: exchange.end,
                    receivedAt: found.receivedAt(row: Int(exchange.row)))
                if exchange.isRequest { state.asked.add(exchange) }
            }
            guard isHeld else { continue }
            state.aggregate.hold(trace, of: found)
            state.held.hold(trace, of: found, &state.reader)
            for place in trace { found.change(place) { $0.flags.insert(.held) } }
        }
        for fetch in found.detachedFetches(&state.reader) { state.held.add(fetch) }
        state.quality.add(found)
        state.aggregate.add(ExchangeGroup(found.exchanges, segment: found))
    }

    /// - Parameter states: what each worker found; nothing of it is kept twice
    private func finish(
        _ states: inout [State], _ segments: [SegmentReference], stored: Int
    ) -> (Answer, NodeFacts) {
        var all = states.popLast() ?? State(aggregate: makeAggregate(names))
        all.held.qualityWindow = question.qualityWindow
        while let state = states.popLast() {
            all.aggregate.merge(state.aggregate)
            all.held.merge(state.held)
            all.asked.merge(state.asked)
            all.clocks.merge(state.clocks)
            all.caches.merge(state.caches)
            all.sizes.merge(state.sizes)
            all.quality.merge(state.quality)
        }
        all.sizes.settle()
        let modules = names.modules
        let (counts, fetches) = all.held.joinFetches()
        all.quality.fetches = counts
        all.quality.hopsByTime = all.held.joinHops(all.clocks)
        all.quality.falseSuccesses = all.held.markFalseSuccesses(all.sizes)
        all.held.markNegativeHits()
        all.quality.probes = all.held.markProbes(all.asked, modules: modules)
        all.held.spreadResults()
        let group = ExchangeGroup(all.held.exchanges, segment: nil, heldStages: all.held.stages)
        all.quality.add(held: group)
        all.aggregate.add(group)
        let answer = Answer(
            aggregate: all.aggregate, names: names, quality: all.quality, segments: segments, stored: stored,
            held: all.held, fetches: fetches, question: question, survey: survey)
        var facts = all.caches.facts
        facts.sizesExpected = all.sizes.passedOver
        return (answer, facts)
    }
}

extension SegmentExchanges {
    /// Marks what the question is not about: it stays, as others need it.
    /// - Parameters:
    ///   - passesModule: by number of a module, where the filter is about modules
    ///   - hasEdges: whether edges tell of themselves: without any, proxies are the outermost that is known
    mutating func leaveOut(_ question: FleetQuestion, _ passesModule: [Bool], hasEdges: Bool) {
        let filter = question.filter
        let concernsModules = filter.concernsModules
        let marksLostEdges = hasEdges && !filter.concernsNodes
        for place in exchanges.indices {
            let exchange = exchanges[place]
            let isIn = question.window.contains(UnixNanos(clamping: exchange.start))
            let isWanted =
                filter.passes(exchange.moduleKind)
                && (!concernsModules || (exchange.module > 0 && passesModule[Int(exchange.module)]))
            if !isIn || !isWanted { change(place) { $0.flags.insert(.leftOut) } }
            if marksLostEdges, exchange.isBehindLostEdge {
                change(place) { $0.flags.insert(.behindLostEdge) }
            }
        }
    }

    /// The exchanges of each trace that has some.
    var traces: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var first = 0
        while first < exchanges.count {
            var end = first + 1
            while end < exchanges.count, exchanges[end].trace == exchanges[first].trace { end += 1 }
            ranges.append(first..<end)
            first = end
        }
        return ranges
    }

    /// Whether what an exchange was cannot be told yet.
    /// - Parameter mayLackTraces: whether there are edges, and proxies behind them
    func mustWait(_ place: Int, mayLackTraces: Bool) -> Bool {
        let exchange = exchanges[place]
        if AskedModules.mayBeProbe(exchange) || HeldExchanges.isRefusal(exchange) { return true }
        if exchange.flags.contains(.lacksSize) { return true }
        if mayLackTraces, HopMatching.mayBeHop(exchange) || HopMatching.mayHaveHop(exchange) { return true }
        return athensWait(of: place) != nil
    }

    /// Fetches of Athens in traces of their own.
    func detachedFetches(_ reader: inout StageReader?) -> [DetachedFetch] {
        guard mayHaveDetachedFetches else { return [] }
        let roles = tree.roles
        var found: [DetachedFetch] = []
        for trace in 0..<(traceOffsets.count - 1) {
            if !isElsewhere.isEmpty, isElsewhere[trace] { continue }
            guard let root = detachedFetch(trace: trace) else { continue }
            let isLeader = rows(ofTrace: trace).contains { roles[$0] == .pool || roles[$0] == .stash }
            found.append(
                DetachedFetch(
                    node: nodes[root], start: starts[root], end: end(root), isLeader: isLeader,
                    segment: segmentIndex, row: UInt32(root), trace: UInt32(trace),
                    stages: reader?.stages(ofRow: root, in: self) ?? StageTimes(),
                    isLocked: roles[root] == .lock,
                    stashNanos: rows(ofTrace: trace).first { roles[$0] == .stash }
                        .map { end($0) &- starts[$0] } ?? 0))
        }
        return found
    }
}
