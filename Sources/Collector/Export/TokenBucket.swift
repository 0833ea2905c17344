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

    /// What is left when the rate becomes another one: the same part of what may be saved up, and all that is owed. So
    /// who had used up the old rate has used up the new one, and who owes pays with the new rate.
    package func adapted(to perSecond: Double, now: NIODeadline) -> TokenBucket {
        var old = self
        old.refill(now)
        var new = TokenBucket(perSecond: perSecond, now: now)
        guard new.perSecond != old.perSecond else { return old }
        new.tokens = old.tokens > 0 ? old.tokens / old.most * new.most : old.tokens
        new.updated = max(now, old.updated)
        return new
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
