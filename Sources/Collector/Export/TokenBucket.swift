package import NIOCore

/// Allows so many of something in the long run, and ten seconds of it at once.
package struct TokenBucket: Sendable {
    /// Seconds of the rate that may be saved up: edges that were cut off for a moment come back with more.
    private static let burstSeconds = 10.0

    private let perSecond: Double
    private let most: Double
    /// Below 0 when more came than was there.
    private var tokens: Double
    private var updated: NIODeadline

    package init(perSecond: Double, now: NIODeadline) {
        // One in a million seconds is as good as none, and can be counted with.
        self.perSecond = max(perSecond, 1e-6)
        // With less than one nothing could ever be taken.
        most = max(1, self.perSecond * Self.burstSeconds)
        tokens = most
        updated = now
    }

    /// How long it takes until something may come again, in seconds; nil when it may now.
    package mutating func wait(now: NIODeadline) -> Double? {
        refill(now)
        return tokens >= 1 ? nil : (1 - tokens) / perSecond
    }

    /// Takes what came, all of it: what is missing is waited for afterwards.
    package mutating func take(_ count: Int, now: NIODeadline) {
        refill(now)
        tokens -= Double(count)
    }

    private mutating func refill(_ now: NIODeadline) {
        guard now > updated else { return }
        tokens = min(most, tokens + perSecond * Double((now - updated).nanoseconds) / 1e9)
        updated = now
    }
}
