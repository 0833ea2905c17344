/// How often and how soon a request is sent again that the receiver could not take.
struct RetryPolicy: Hashable, Sendable {
    /// Attempts in all, at least 1.
    var attempts = 8
    /// Waiting time before the second attempt; it doubles from there, in milliseconds.
    var baseMilliseconds = 100.0
    /// No wait is longer than this, in milliseconds.
    var limitMilliseconds = 2_000.0

    /// One attempt and no more.
    static let once = RetryPolicy(attempts: 1)

    /// The wait before another attempt, in milliseconds, or nil when there shall be none.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts there were, at least 1.
    ///   - asked: what the receiver asked for, in seconds; it is not exceeded by more than the jitter.
    ///   - jitter: a number from 0 to below 1 that spreads senders who failed together.
    func wait(after attempt: Int, asked: Double?, jitter: Double) -> Double? {
        guard attempt < attempts else { return nil }
        let doubled = baseMilliseconds * Double(1 << min(attempt - 1, 20))
        let base = asked.map { $0 * 1_000 } ?? min(doubled, limitMilliseconds)
        return base * (1 + jitter / 4)
    }
}
