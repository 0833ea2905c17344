/// What became of wishes that were walked along a chain.
package struct ReplayResult: Sendable {
    /// One place of the chain.
    package struct Stop: Sendable {
        package var source: GoProxyChain.Source
        /// What it was asked, by what it said.
        package var served = 0
        package var notFound = 0
        package var failed = 0
        /// Wishes that came to it, and nobody knows what it would have said.
        package var unknown = 0
        /// How long it took with all of them.
        var durations = DurationSketch()

        package var asked: Int { served + notFound + failed }

        fileprivate mutating func merge(_ other: Stop) {
            served += other.served
            notFound += other.notFound
            failed += other.failed
            unknown += other.unknown
            durations.merge(other.durations)
        }
    }

    /// A file that clients did not get.
    package struct Failure: Hashable, Sendable {
        /// `golang.org/x/text@v0.3.0 zip`.
        package var request: String
        /// Whose error the go command shows, and what that one said.
        package var source: GoProxyChain.Source
        package var answer: SourceAnswer
    }

    package let chain: GoProxyChain
    /// In the order of the chain; the module's own repository before all proxies (GONOPROXY) comes first.
    package private(set) var stops: [Stop] = []
    /// By how many places were asked, those that were served: the first of it is how many by the first place.
    package private(set) var servedByHops: [Int] = []
    package private(set) var served = 0
    /// Wishes of which nobody knows what became.
    package private(set) var unknown = 0
    package private(set) var failures: [Failure: Int] = [:]
    /// From the wish to the file, of what was served.
    private(set) var durations = DurationSketch()
    /// Of that, the time before the place was asked that served it.
    private(set) var added = DurationSketch()
    /// The sums of both, in nanoseconds.
    package private(set) var totalNanos: Int64 = 0
    package private(set) var addedNanos: Int64 = 0

    /// By number of a source: its place among the stops; -1 for none.
    private var places: [Int] = []

    init(_ chain: GoProxyChain) { self.chain = chain }

    package var failed: Int { failures.values.reduce(0, +) }
    package var wishes: Int { served + unknown + failed }

    /// The wishes that a place served, as a part of those whose end is known; nil when none is.
    package func share(of stop: Stop) -> Double? {
        let known = served + failed
        return known > 0 ? Double(stop.served) / Double(known) : nil
    }

    /// What clients did not get, what they wanted most often first.
    package var failuresByCount: [(failure: Failure, count: Int)] {
        failures.map { ($0.key, $0.value) }.sorted {
            $0.1 != $1.1 ? $0.1 > $1.1 : $0.0.request < $1.0.request
        }
    }

    /// Walks all wishes for a file, and takes in what became of them.
    mutating func add(_ request: RecordedRequest, _ walker: inout ChainWalker) {
        walker.take(request)
        for time in request.wishes {
            walker.walk(time)
            add(walker, of: request)
        }
    }

    /// Takes in the last walk.
    mutating func add(_ walker: ChainWalker, of request: RecordedRequest) {
        let steps = walker.steps
        for hop in steps.hops {
            let place = place(of: hop.source, walker)
            switch hop.answer {
            case .found: stops[place].served += 1
            case .notFound: stops[place].notFound += 1
            case .failed: stops[place].failed += 1
            }
            stops[place].durations.add(hop.nanos)
        }
        switch steps.end {
        case .served:
            served += 1
            while servedByHops.count < steps.hops.count { servedByHops.append(0) }
            servedByHops[steps.hops.count - 1] += 1
            let (total, before) = (steps.totalNanos, steps.addedNanos)
            durations.add(total)
            added.add(before)
            totalNanos = totalNanos.addingToLimit(total)
            addedNanos = addedNanos.addingToLimit(before)
        case .failed(let shown):
            let hop = steps.hops[shown]
            let source = walker.sources[hop.source]
            failures[Failure(request: request.name, source: source, answer: hop.answer), default: 0] += 1
        case .unknown(let source):
            unknown += 1
            stops[place(of: source, walker)].unknown += 1
        }
    }

    /// Takes in what became of other requests along the same chain.
    mutating func merge(_ other: ReplayResult) {
        for stop in other.stops { stops[place(of: stop.source)].merge(stop) }
        while servedByHops.count < other.servedByHops.count { servedByHops.append(0) }
        for (index, count) in other.servedByHops.enumerated() { servedByHops[index] += count }
        served += other.served
        unknown += other.unknown
        failures.merge(other.failures, uniquingKeysWith: +)
        durations.merge(other.durations)
        added.merge(other.added)
        totalNanos = totalNanos.addingToLimit(other.totalNanos)
        addedNanos = addedNanos.addingToLimit(other.addedNanos)
    }

    private mutating func place(of source: Int, _ walker: ChainWalker) -> Int {
        let known = walker.number(of: source)
        if known < places.count, places[known] >= 0 { return places[known] }
        return place(of: walker.sources[source])
    }

    private mutating func place(of source: GoProxyChain.Source) -> Int {
        let number = ChainReplay.number(of: source)
        if number < places.count, places[number] >= 0 { return places[number] }
        // Modules come in any order, and private ones have stops that others have not.
        let place = stops.firstIndex { number < ChainReplay.number(of: $0.source) } ?? stops.count
        stops.insert(Stop(source: source), at: place)
        for (place, stop) in stops.enumerated() {
            let number = ChainReplay.number(of: stop.source)
            while places.count <= number { places.append(-1) }
            places[number] = place
        }
        return place
    }
}
