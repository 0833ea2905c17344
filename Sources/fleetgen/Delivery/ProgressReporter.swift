/// Says now and then how far the sending is: one line that is rewritten on a terminal, else a line
/// every few seconds.
struct ProgressReporter {
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private var last: ContinuousClock.Instant?

    init(isTerminal: Bool = Output.statusIsTerminal) {
        self.isTerminal = isTerminal
    }

    /// Seconds since the reporter was made.
    var seconds: Double {
        let elapsed = ContinuousClock.now - start
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }

    mutating func update(_ summary: RunSummary) {
        let now = ContinuousClock.now
        let interval: Duration = isTerminal ? .milliseconds(250) : .seconds(5)
        if let last, now - last < interval { return }
        guard last != nil || isTerminal else {
            last = now
            return
        }
        last = now
        let refused = summary.counts.rejectedSpans + summary.counts.lostSpans
        let text =
            "\(Decimals.text(seconds, digits: 0)) s: \(summary.counts.spans) spans of "
            + "\(summary.clientRequests) client requests sent, \(refused) refused"
        Output.status(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
    }

    /// Clears the line on a terminal.
    func finish() {
        if isTerminal { Output.status("\r\u{1B}[K") }
    }
}
