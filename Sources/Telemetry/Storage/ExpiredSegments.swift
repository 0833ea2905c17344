/// What retention took out.
struct ExpiredSegments: Hashable, Sendable {
    /// Which limit they exceeded. The words are part of the collector's log.
    enum Reason: String, CaseIterable, Sendable {
        case age, size
    }

    private(set) var segments = 0
    private(set) var spans: Int64 = 0
    /// Points and log records.
    private(set) var others: Int64 = 0
    /// The starts of the spans, or times of the others: the first, and the last.
    private(set) var firstStart = UnixNanos.distantFuture
    private(set) var lastStart = UnixNanos.distantPast

    /// Counts a segment.
    mutating func add(spans: Int64, others: Int64 = 0, firstStart: UnixNanos, lastStart: UnixNanos) {
        segments += 1
        self.spans &+= spans
        self.others &+= others
        self.firstStart = min(self.firstStart, firstStart)
        self.lastStart = max(self.lastStart, lastStart)
    }

    mutating func add(_ other: ExpiredSegments) {
        segments += other.segments
        spans &+= other.spans
        others &+= other.others
        firstStart = min(firstStart, other.firstStart)
        lastStart = max(lastStart, other.lastStart)
    }
}

extension ExpiredSegments {
    typealias Reports = RecurringReports<Reason, ExpiredSegments>

    /// Sums up what went, so that the log tells of it once a minute at the most.
    static func reports() -> Reports { Reports(intervalNanos: 60_000_000_000) { $0.add($1) } }

    static func event(_ report: Reports.Report) -> StoreEvent {
        var event = StoreEvent(
            .info, "store.expired",
            [
                "segments": "\(report.content.segments)", "spans": "\(report.content.spans)",
                "first": report.content.firstStart.rfc3339, "last": report.content.lastStart.rfc3339,
                "reason": report.kind.rawValue,
            ])
        if report.content.others > 0 { event.fields.append(("others", "\(report.content.others)")) }
        return event
    }
}
