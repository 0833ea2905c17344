/// What retention took out.
struct ExpiredSegments: Hashable, Sendable {
    /// Which limit they exceeded. The words are part of the collector's log.
    enum Reason: String, CaseIterable, Sendable {
        case age, size
    }

    private(set) var segments = 0
    private(set) var spans: Int64 = 0
    /// The starts of the spans: the first, and the last.
    private(set) var firstStart = UnixNanos.distantFuture
    private(set) var lastStart = UnixNanos.distantPast

    /// Counts a segment.
    mutating func add(spans: Int64, firstStart: UnixNanos, lastStart: UnixNanos) {
        segments += 1
        self.spans &+= spans
        self.firstStart = min(self.firstStart, firstStart)
        self.lastStart = max(self.lastStart, lastStart)
    }

    mutating func add(_ other: ExpiredSegments) {
        segments += other.segments
        spans &+= other.spans
        firstStart = min(firstStart, other.firstStart)
        lastStart = max(lastStart, other.lastStart)
    }
}

extension ExpiredSegments {
    typealias Reports = RecurringReports<Reason, ExpiredSegments>

    /// Sums up what went, so that the log tells of it once a minute at the most.
    static func reports() -> Reports { Reports(intervalNanos: 60_000_000_000) { $0.add($1) } }

    static func event(_ report: Reports.Report) -> StoreEvent {
        StoreEvent(
            .info, "store.expired",
            [
                "segments": "\(report.content.segments)", "spans": "\(report.content.spans)",
                "first": report.content.firstStart.rfc3339, "last": report.content.lastStart.rfc3339,
                "reason": report.kind.rawValue,
            ])
    }
}
