import NIOConcurrencyHelpers
package import NIOCore
package import Telemetry

/// Who sends: its share of the memory, what is left of its rate, and the series of metrics that it has.
package final class ExportSource: Sendable {
    private struct Limits {
        var requests: TokenBucket?
        var bytes: TokenBucket?
    }

    package let share: RequestSource
    package var name: String { share.name }
    package let series: SeriesAllowance
    /// Nil when the source may send as it likes: then nobody waits for a lock.
    private let limits: NIOLockedValueBox<Limits>?

    package init(
        name: String, rate: SourceRate? = nil, series: SeriesAllowance = SeriesAllowance(),
        now: NIODeadline = .now()
    ) {
        share = RequestSource(name: name)
        self.series = series
        guard let rate, rate.requestsPerSecond != nil || rate.bytesPerSecond != nil else {
            limits = nil
            return
        }
        limits = NIOLockedValueBox(
            Limits(
                requests: rate.requestsPerSecond.map { TokenBucket(perSecond: $0, now: now) },
                bytes: rate.bytesPerSecond.map { TokenBucket(perSecond: $0, now: now) }))
    }

    /// Counts a request.
    /// - Returns: seconds until one would be taken again; nil when this one may come, and only then it is counted
    package func admit(now: NIODeadline = .now()) -> Double? {
        limits?.withLockedValue { limits in
            let waits = [limits.requests?.wait(now: now), limits.bytes?.wait(now: now)].compactMap { $0 }
            if let wait = waits.max() { return wait }
            limits.requests?.take(1, now: now)
            return nil
        }
    }

    /// Counts a body that has come.
    package func count(bytes: Int, now: NIODeadline = .now()) {
        limits?.withLockedValue { $0.bytes?.take(bytes, now: now) }
    }
}
