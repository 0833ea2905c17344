/// What one place said to one request for a file of a module, as telemetry tells it.
package struct RecordedAnswer: Hashable, Sendable {
    /// A place that answers.
    package enum Place: Hashable, Sendable {
        /// A proxy, by its host in lower case; no port where it is the usual one, or not told.
        case proxy(host: String, port: Int?)
        /// The module's own repository.
        case direct
    }

    /// Number of a place among those that `ChainReplay` is given.
    package var place: UInt32
    /// What the go command made of it, or would have made.
    package var answer: SourceAnswer
    /// When it was asked, and how long it took to say so: nanoseconds, not negative.
    package var time: UnixNanos
    package var nanos: Int64

    package init(place: UInt32, answer: SourceAnswer, time: UnixNanos, nanos: Int64) {
        self.place = place
        self.answer = answer
        self.time = time
        self.nanos = max(0, nanos)
    }

    /// The same by what a span says; nil for one that says nothing about the answer: the client went away itself, was sent
    /// elsewhere, or there is neither an outcome nor a status.
    package init?(
        place: UInt32, outcome: RequestOutcome?, httpStatus: Int?, time: UnixNanos, nanos: Int64
    ) {
        let answer: SourceAnswer? =
            if let outcome {
                SourceAnswer(outcome)
            } else if let httpStatus, httpStatus >= 200, !(300..<400).contains(httpStatus) {
                SourceAnswer(httpStatus: httpStatus)
            } else {
                nil
            }
        guard let answer else { return nil }
        self.init(place: place, answer: answer, time: time, nanos: nanos)
    }
}

extension RecordedAnswer.Place {
    /// Whether its answers are what an element of a chain would have said.
    ///
    /// - Parameter mirrors: which hosts are one service
    func isOf(_ source: GoProxyChain.Source, _ mirrors: MirrorList) -> Bool {
        switch (self, source.kind) {
        case (.direct, .direct), (.direct, .noProxy): return true
        case (.proxy(let host, let port), .proxy(let address)):
            if address.scheme == .file { return false }
            let usual = address.scheme == .http ? 80 : 443
            if host == address.host, (port ?? usual) == (address.port ?? usual) { return true }
            return mirrors[address]?.has(host: host, port: port) ?? false
        case (.direct, _), (.proxy, _): return false
        }
    }
}
