/// What became of one request that was walked along a GOPROXY chain.
package struct ChainWalk: Hashable, Sendable {
    /// One place that was asked, and what it said.
    package struct Hop: Hashable, Sendable {
        package var source: GoProxyChain.Source
        package var answer: SourceAnswer
        /// How long it took.
        package var nanos: Int64
    }

    package enum End: Hashable, Sendable {
        /// The last hop served it.
        case served
        /// No place is left, or the last one failed and the separator behind it is a comma. The go command shows the
        /// error of the hop at this place: one of the repository before one of a proxy, and either before "not found".
        case failed(shown: Int)
        /// Nothing is known of what the next place would have said.
        case unknown(GoProxyChain.Source)
    }

    package var hops: [Hop]
    package var end: End

    /// Who served it.
    package var servedBy: GoProxyChain.Source? { end == .served ? hops.last?.source : nil }

    /// How long all hops took together.
    package var totalNanos: Int64 { Self.sum(hops[...]) }

    /// How long it took before the place was asked that served it; of what was not served, all of it.
    package var addedNanos: Int64 { Self.sum(end == .served ? hops.dropLast() : hops[...]) }

    private static func sum(_ hops: ArraySlice<Hop>) -> Int64 {
        hops.reduce(0) { $0.addingToLimit(max(0, $1.nanos)) }
    }
}

extension GoProxyChain {
    /// Walks a request along the chain as the go command would.
    ///
    /// - Parameter answer: what a place says and how long that takes, in nanoseconds; nil when it is not known. It is not
    ///   asked about `off`, which says no at once.
    package func walk(
        _ module: String, _ answer: (Source) -> (answer: SourceAnswer, nanos: Int64)?
    ) -> ChainWalk {
        let sources = sources(for: module)
        var steps = ChainSteps()
        steps.walk(sources.map { ChainSteps.Rule($0) }) { answer(sources[$0]) }
        return ChainWalk(steps, sources)
    }
}

extension ChainWalk {
    /// - Parameter sources: what the steps count
    init(_ steps: ChainSteps, _ sources: [GoProxyChain.Source]) {
        hops = steps.hops.map { Hop(source: sources[$0.source], answer: $0.answer, nanos: $0.nanos) }
        end =
            switch steps.end {
            case .served: .served
            case .failed(let shown): .failed(shown: shown)
            case .unknown(let source): .unknown(sources[source])
            }
    }
}

extension Int64 {
    /// The sum, or the largest number, or the smallest, where it lies beyond.
    func addingToLimit(_ more: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(more)
        return overflow ? (more < 0 ? .min : .max) : sum
    }
}
