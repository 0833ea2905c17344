/// What would have become of recorded requests with another GOPROXY.
///
/// Nothing is asked of anybody: of each place that the go command would have gone to, the answer is the recorded one that is
/// nearest in time to the wish. A place that was never asked for a file ends the walk as unknown; it is not guessed.
package struct ChainReplay: Sendable {
    package let chain: GoProxyChain
    /// Which hosts are one service.
    private let mirrors: MirrorList

    package init(_ chain: GoProxyChain, mirrors: MirrorList = .builtIn) {
        self.chain = chain
        self.mirrors = mirrors
    }

    /// What becomes of all of them.
    package func replay(_ requests: some Sequence<RecordedRequest>) -> ReplayResult {
        var result = ReplayResult(chain)
        for request in requests {
            let walks = walks(of: request)
            for walk in walks { result.add(walk, of: request) }
        }
        return result
    }

    /// What becomes of each wish, in their order.
    package func walks(of request: RecordedRequest) -> [ChainWalk] {
        let sources = chain.sources(for: request.module)
        let known = sources.map { source in
            // Answers of one place follow each other.
            var last: (place: RecordedAnswer.Place, isOf: Bool)?
            return request.answers.filter { answer in
                if let last, last.place == answer.place { return last.isOf }
                let isOf = answer.isOf(source, mirrors)
                last = (answer.place, isOf)
                return isOf
            }.sorted { $0.time < $1.time }
        }
        return request.wishes.map { time in
            GoProxyChain.walk(sources) { index in
                Self.nearest(known[index], to: time).map { ($0.answer, $0.nanos) }
            }
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
