/// What is to be replayed.
package struct ReplayQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    package var chain: GoProxyChain
    /// Where the list of the chain comes from, in words: `--goproxy`.
    package var listOrigin: String
    /// What it is compared with; nil for nothing.
    package var baseline: GoProxyChain?
    package var mirrors: MirrorList

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), chain: GoProxyChain,
        listOrigin: String = "--goproxy", baseline: GoProxyChain? = nil, mirrors: MirrorList = .builtIn
    ) {
        self.window = window
        self.filter = filter
        self.chain = chain
        self.listOrigin = listOrigin
        self.baseline = baseline
        self.mirrors = mirrors
    }
}

package struct ReplayAnswer: Sendable {
    package var result: ReplayResult
    /// Nil without a baseline.
    package var comparison: ReplayComparison?
    /// Requests that clients faced in the window, and of these those of which nobody says whom they asked.
    package var requests: Int
    package var withoutHost: Int
    /// The hosts that were asked, those that were asked most first.
    package var hosts: [String]
    package var quality: FleetQuality
    package var notes: [QualityNote]
}

extension TelemetryReader {
    /// Walks the requests of a window along another GOPROXY.
    ///
    /// - Throws: `StoreError`
    package func replay(_ query: ReplayQuery) throws(StoreError) -> ReplayAnswer {
        try snapshot { () throws(StoreError) in
            var question = FleetQuestion(window: query.window, filter: query.filter)
            question.labelsHosts = true
            let answer = try FleetScan.run(question, self) { _ in ReplayTally() }
            let tally = answer.aggregate
            let (modules, hosts) = (answer.names.modules, answer.names.labels)
            let places = ReplayTally.places(hosts)
            let replay = ChainReplay(query.chain, places: places, mirrors: query.mirrors)
            var result = ReplayResult(query.chain)
            var comparison: ReplayComparison?
            if let baseline = query.baseline {
                let before = ChainReplay(baseline, places: places, mirrors: query.mirrors)
                var whole = ReplayComparison([], before: before, after: replay)
                for part in tally.map(modules, places, { Self.compare($0, before, replay) }) {
                    whole.merge(part)
                }
                comparison = whole
                result = whole.after
            } else {
                for part in tally.map(modules, places, { Self.replay($0, replay) }) { result.merge(part) }
            }
            return ReplayAnswer(
                result: result, comparison: comparison,
                requests: tally.requests, withoutHost: tally.withoutHost, hosts: tally.hosts(hosts),
                quality: answer.quality, notes: damageNotes())
        }
    }

    private static func replay(_ requests: RecordedRequests, _ replay: ChainReplay) -> ReplayResult {
        var result = ReplayResult(replay.chain)
        var walker = ChainWalker(replay)
        requests.forEach { result.add($0, &walker) }
        return result
    }

    private static func compare(
        _ requests: RecordedRequests, _ before: ChainReplay, _ after: ChainReplay
    ) -> ReplayComparison {
        var comparison = ReplayComparison([], before: before, after: after)
        var walkers = (before: ChainWalker(before), after: ChainWalker(after))
        requests.forEach { comparison.add($0, &walkers.before, &walkers.after) }
        return comparison
    }
}
