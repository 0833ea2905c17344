/// A walk along a chain by numbers: millions of wishes are walked, and none of them should touch the texts of addresses.
///
/// One value walks many wishes, one after another, with the same memory.
struct ChainSteps: Sendable {
    /// What a walk has to know of a place.
    struct Rule: Sendable {
        var isOff: Bool
        var isDirect: Bool
        var goesOnAfterErrors: Bool

        init(_ source: GoProxyChain.Source) {
            isOff = source.kind == .off
            isDirect = source.isDirect
            goesOnAfterErrors = source.goesOnAfterErrors
        }
    }

    /// As `ChainWalk.Hop`.
    struct Hop: Sendable {
        /// Which of the places was asked.
        var source: Int
        var answer: SourceAnswer
        var nanos: Int64
    }

    /// As `ChainWalk.End`.
    enum End: Sendable {
        case served
        case failed(shown: Int)
        case unknown(source: Int)
    }

    /// Of the last walk.
    private(set) var hops: [Hop] = []
    private(set) var end = End.failed(shown: 0)

    /// - Parameter answer: what a place says, by its number, and how long that takes; nil when it is not known. It is not
    ///   asked about `off`, which says no at once.
    @inline(__always)
    mutating func walk(_ rules: [Rule], _ answer: (Int) -> (answer: SourceAnswer, nanos: Int64)?) {
        hops.removeAll(keepingCapacity: true)
        // By what the go command prefers to show; the best so far, and which hop it was.
        var shown = (rank: 0, hop: 0)
        for (source, rule) in rules.enumerated() {
            // It does not have the module, like a proxy that says 404.
            let known = rule.isOff ? (answer: SourceAnswer.notFound, nanos: 0) : answer(source)
            guard let known else {
                end = .unknown(source: source)
                return
            }
            hops.append(Hop(source: source, answer: known.answer, nanos: known.nanos))
            guard known.answer != .found else {
                end = .served
                return
            }
            let rank = rule.isDirect ? 2 : known.answer == .failed ? 1 : 0
            // Of equal ones the last is shown.
            if rank >= shown.rank { shown = (rank, hops.count - 1) }
            if known.answer == .failed, !rule.goesOnAfterErrors { break }
        }
        end = .failed(shown: shown.hop)
    }

    /// Whether all that was asked is known to have answered.
    var isKnown: Bool {
        if case .unknown = end { false } else { true }
    }

    /// Which place served it.
    var servedBy: Int? {
        guard case .served = end else { return nil }
        return hops.last?.source
    }

    /// How long all hops took together: nanoseconds.
    var totalNanos: Int64 { Self.sum(hops, hops.count) }

    /// How long it took before the place was asked that served it; of what was not served, all of it.
    var addedNanos: Int64 { Self.sum(hops, servedBy == nil ? hops.count : hops.count - 1) }

    private static func sum(_ hops: [Hop], _ count: Int) -> Int64 {
        var sum: Int64 = 0
        for hop in 0..<count { sum = sum.addingToLimit(max(0, hops[hop].nanos)) }
        return sum
    }
}
