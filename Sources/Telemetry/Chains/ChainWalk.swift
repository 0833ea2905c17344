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

    /// Whether all that was asked is known to have answered.
    package var isKnown: Bool {
        if case .unknown = end { false } else { true }
    }

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
        return Self.walk(sources) { answer(sources[$0]) }
    }

    /// The same along places that are known already, asked by their number.
    static func walk(
        _ sources: [Source], _ answer: (Int) -> (answer: SourceAnswer, nanos: Int64)?
    ) -> ChainWalk {
        var hops: [ChainWalk.Hop] = []
        // By what the go command prefers to show; the best so far, and which hop it was.
        var shown = (rank: 0, hop: 0)
        for (index, source) in sources.enumerated() {
            // It does not have the module, like a proxy that says 404.
            let known = source.kind == .off ? (answer: SourceAnswer.notFound, nanos: 0) : answer(index)
            guard let known else { return ChainWalk(hops: hops, end: .unknown(source)) }
            hops.append(ChainWalk.Hop(source: source, answer: known.answer, nanos: known.nanos))
            guard known.answer != .found else { return ChainWalk(hops: hops, end: .served) }
            let rank = source.isDirect ? 2 : known.answer == .failed ? 1 : 0
            // Of equal ones the last is shown.
            if rank >= shown.rank { shown = (rank, hops.count - 1) }
            if known.answer == .failed, !source.goesOnAfterErrors { break }
        }
        return ChainWalk(hops: hops, end: .failed(shown: shown.hop))
    }
}

extension Int64 {
    /// The sum, or the largest number, or the smallest, where it lies beyond.
    func addingToLimit(_ more: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(more)
        return overflow ? (more < 0 ? .min : .max) : sum
    }
}
