import NIOConcurrencyHelpers
package import NIOCore
import Synchronization
package import Telemetry

/// Who sends: its share of the memory, what is left of its rate, and the series of metrics that it has.
package final class ExportSource: Sendable {
    private struct Limits {
        var requests: TokenBucket?
        var bytes: TokenBucket?

        var isLimiting: Bool { requests != nil || bytes != nil }
    }

    package let share: RequestSource
    package var name: String { share.name }
    package let series: SeriesAllowance
    private let limits: NIOLockedValueBox<Limits>
    /// False when the source may send as it likes: then nobody waits for a lock.
    private let isLimited: Synchronization.Atomic<Bool>

    package init(
        name: String, rate: SourceRate? = nil, series: SeriesAllowance = SeriesAllowance(),
        now: NIODeadline = .now()
    ) {
        share = RequestSource(name: name)
        self.series = series
        let first = Limits(
            requests: rate?.requestsPerSecond.map { TokenBucket(perSecond: $0, now: now) },
            bytes: rate?.bytesPerSecond.map { TokenBucket(perSecond: $0, now: now) })
        limits = NIOLockedValueBox(first)
        isLimited = Synchronization.Atomic(first.isLimiting)
    }

    /// Sets another rate. What is saved up or owed stays, as far as the new rate has room for it: nobody gets anything
    /// by it that the new rate would not give.
    package func setRate(_ rate: SourceRate?, now: NIODeadline = .now()) {
        limits.withLockedValue { limits in
            limits.requests = limits.requests.adapted(to: rate?.requestsPerSecond, now: now)
            limits.bytes = limits.bytes.adapted(to: rate?.bytesPerSecond, now: now)
            isLimited.store(limits.isLimiting, ordering: .relaxed)
        }
    }

    /// Counts a request.
    /// - Returns: seconds until one would be taken again; nil when this one may come, and only then it is counted
    package func admit(now: NIODeadline = .now()) -> Double? {
        guard isLimited.load(ordering: .relaxed) else { return nil }
        return limits.withLockedValue { limits in
            let waits = [limits.requests?.wait(now: now), limits.bytes?.wait(now: now)].compactMap { $0 }
            if let wait = waits.max() { return wait }
            limits.requests?.take(1, now: now)
            return nil
        }
    }

    /// Counts a body that has come.
    package func count(bytes: Int, now: NIODeadline = .now()) {
        guard isLimited.load(ordering: .relaxed) else { return }
        limits.withLockedValue { $0.bytes?.take(bytes, now: now) }
    }
}

extension TokenBucket? {
    /// The bucket of another rate: nil for none, a full one where there was none.
    fileprivate func adapted(to perSecond: Double?, now: NIODeadline) -> TokenBucket? {
        guard let perSecond else { return nil }
        return self?.adapted(to: perSecond, now: now) ?? TokenBucket(perSecond: perSecond, now: now)
    }
}
