/// What would have become of recorded requests with another GOPROXY.
///
/// Nothing is asked of anybody: of each place that the go command would have gone to, the answer is the recorded one that is
/// nearest in time to the wish. A place that was never asked for a file ends the walk as unknown; it is not guessed.
package struct ChainReplay: Sendable {
    /// Where a module is looked for. There are two of them: for modules of GONOPROXY, and for all others.
    struct Route: Sendable {
        let sources: [GoProxyChain.Source]
        let rules: [ChainSteps.Rule]
        /// By source: what tells it apart, and what it is called.
        let numbers: [Int]
        let names: [String]
        /// By source and place: whether the answers of the one are those of the other.
        let isOf: [[Bool]]

        fileprivate init(
            _ sources: [GoProxyChain.Source], _ places: [RecordedAnswer.Place], _ mirrors: MirrorList
        ) {
            self.sources = sources
            rules = sources.map { ChainSteps.Rule($0) }
            numbers = sources.map { ChainReplay.number(of: $0) }
            names = sources.map(\.name)
            isOf = sources.map { source in places.map { $0.isOf(source, mirrors) } }
        }
    }

    package let chain: GoProxyChain
    private let publicRoute: Route
    private let privateRoute: Route

    /// - Parameters:
    ///   - places: what answers are of, by number
    ///   - mirrors: which hosts are one service
    package init(_ chain: GoProxyChain, places: [RecordedAnswer.Place], mirrors: MirrorList = .builtIn) {
        self.chain = chain
        publicRoute = Route(chain.sources(isPrivate: false), places, mirrors)
        privateRoute = Route(chain.sources(isPrivate: true), places, mirrors)
    }

    /// What becomes of all of them.
    package func replay(_ requests: some Sequence<RecordedRequest>) -> ReplayResult {
        var result = ReplayResult(chain)
        var walker = ChainWalker(self)
        for request in requests { result.add(request, &walker) }
        return result
    }

    /// What becomes of each wish, in their order.
    package func walks(of request: RecordedRequest) -> [ChainWalk] {
        var walker = ChainWalker(self)
        walker.take(request)
        return request.wishes.map { time in
            walker.walk(time)
            return ChainWalk(walker.steps, walker.sources)
        }
    }

    /// Tells the sources of one chain apart, in the order in which they are asked: the module's own repository before all
    /// others, then the list; what an empty list stands for is alone.
    static func number(of source: GoProxyChain.Source) -> Int {
        source.element.map { $0 + 2 } ?? (source.kind == .noProxy ? 0 : 1)
    }

    fileprivate func route(_ module: String) -> Route {
        chain.noProxy.matches(module) ? privateRoute : publicRoute
    }
}

/// Walks wishes along one chain, file by file, with the same memory for all of them.
struct ChainWalker: Sendable {
    private let replay: ChainReplay
    private var route: ChainReplay.Route
    /// By source of the route: what it said to requests for the file, by time.
    private var known: [[RecordedAnswer]] = []
    /// Of the last walk.
    private(set) var steps = ChainSteps()

    init(_ replay: ChainReplay) {
        self.replay = replay
        route = replay.route("")
    }

    /// What the steps count.
    var sources: [GoProxyChain.Source] { route.sources }

    /// The name of who served it in the last walk.
    var servedBy: String? { steps.servedBy.map { route.names[$0] } }

    /// See `ChainReplay.number(of:)`.
    func number(of source: Int) -> Int { route.numbers[source] }

    /// Takes up what is known of a file; wishes for it can be walked then.
    mutating func take(_ request: RecordedRequest) {
        route = replay.route(request.module)
        while known.count < route.sources.count { known.append([]) }
        for source in route.sources.indices {
            known[source].removeAll(keepingCapacity: true)
            var isOrdered = true
            for answer in request.answers where route.isOf[source][Int(answer.place)] {
                if let last = known[source].last, answer.time < last.time { isOrdered = false }
                known[source].append(answer)
            }
            // Mostly they come by time.
            if !isOrdered { known[source].sort { $0.time < $1.time } }
        }
    }

    mutating func walk(_ time: UnixNanos) {
        steps.walk(route.rules) { [known] source in
            Self.nearest(known[source], to: time).map { ($0.answer, $0.nanos) }
        }
    }

    /// - Parameter answers: by time
    private static func nearest(_ answers: [RecordedAnswer], to time: UnixNanos) -> RecordedAnswer? {
        // The first one that is not before, and the one before it; of two that are equally near, that one.
        let place = answers.firstPlace { $0.time >= time }
        let before = place > 0 ? answers[place - 1] : nil
        let after = place < answers.count ? answers[place] : nil
        guard let before, let after else { return before ?? after }
        return time.distance(to: before.time) <= time.distance(to: after.time) ? before : after
    }
}

extension UnixNanos {
    /// Nanoseconds between two times, either way.
    fileprivate func distance(to other: UnixNanos) -> UInt64 {
        rawValue >= other.rawValue
            ? UInt64(bitPattern: rawValue &- other.rawValue) : UInt64(bitPattern: other.rawValue &- rawValue)
    }
}
