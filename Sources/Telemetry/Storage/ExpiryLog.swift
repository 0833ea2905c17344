/// Sums up what retention took out, so that the log tells of it once a minute at the most.
struct ExpiryLog: Sendable {
    static let intervalNanos: MonotonicNanos = 60_000_000_000

    private var untold: [ExpiredSegments.Reason: ExpiredSegments] = [:]
    private var toldAt: MonotonicNanos?

    mutating func record(_ expired: ExpiredSegments, _ reason: ExpiredSegments.Reason) {
        untold[reason, default: ExpiredSegments()].add(expired)
    }

    /// What there is to tell now: an event for each reason.
    /// - Parameter isLast: nothing comes after it, so nothing is kept for later
    mutating func take(now: MonotonicNanos, isLast: Bool = false) -> [StoreEvent] {
        if let toldAt, !isLast, now - toldAt < Self.intervalNanos { return [] }
        guard !untold.isEmpty else { return [] }
        defer {
            untold = [:]
            toldAt = now
        }
        return ExpiredSegments.Reason.allCases.compactMap { reason in
            guard let expired = untold[reason] else { return nil }
            return StoreEvent(
                .info, "store.expired",
                [
                    "segments": "\(expired.segments)", "spans": "\(expired.spans)",
                    "first": expired.firstStart.rfc3339, "last": expired.lastStart.rfc3339,
                    "reason": reason.rawValue,
                ])
        }
    }
}
