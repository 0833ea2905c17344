/// A point in time: nanoseconds since the Unix epoch, UTC (years 1677 to 2262).
package struct UnixNanos: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// An OTLP time; what lies past the year 2262 becomes the last moment that can be said.
    package init(clamping value: UInt64) { rawValue = Int64(clamping: value) }

    package static let distantPast = UnixNanos(rawValue: .min)
    package static let distantFuture = UnixNanos(rawValue: .max)

    /// Adds nanoseconds, stopping at the ends of the range.
    package func advanced(byNanos nanos: Int64) -> UnixNanos {
        let (sum, overflow) = rawValue.addingReportingOverflow(nanos)
        guard overflow else { return UnixNanos(rawValue: sum) }
        return nanos < 0 ? .distantPast : .distantFuture
    }

    package static func < (left: UnixNanos, right: UnixNanos) -> Bool { left.rawValue < right.rawValue }
}

/// A span of time that a query looks at: `since` is included, `until` is not.
package struct TimeWindow: Hashable, Sendable {
    package var since: UnixNanos
    package var until: UnixNanos

    package init(since: UnixNanos, until: UnixNanos) {
        self.since = since
        self.until = until
    }

    package static let all = TimeWindow(since: .distantPast, until: .distantFuture)

    package func contains(_ time: UnixNanos) -> Bool { since <= time && time < until }
}
