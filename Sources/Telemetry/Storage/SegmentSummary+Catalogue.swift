extension SegmentSummary {
    /// The columns of the table `segment` that a summary is read from, in the order that `init(_:at:)` takes.
    static let catalogueColumns =
        "spans, traces, min_start, max_start, max_end, min_duration, max_duration, errors, signal"

    /// Reads a summary from a row of the catalogue.
    /// - Parameter first: the place of the first of `catalogueColumns` in the row
    /// - Returns: nil for a row that no segment can have: whoever computes with it would go astray
    init?(_ row: borrowing Statement, at first: Int32) {
        let spans = row.integer(first)
        let traces = row.integer(first + 1)
        let errors = row.integer(first + 7)
        guard (1...Int64(Self.spansMax)).contains(spans), (1...spans).contains(traces),
            (0...spans).contains(errors), let signal = Signal(rawValue: row.integer(first + 8))
        else { return nil }
        self.init(
            spans: Int(spans), traces: Int(traces), minStart: UnixNanos(rawValue: row.integer(first + 2)),
            maxStart: UnixNanos(rawValue: row.integer(first + 3)),
            maxEnd: UnixNanos(rawValue: row.integer(first + 4)), minDuration: row.integer(first + 5),
            maxDuration: row.integer(first + 6), errors: Int(errors), signal: signal)
        // What is before the epoch is clamped to it, and negative durations to 0.
        guard minStart.rawValue >= 0, minStart <= maxStart, maxEnd.rawValue >= 0, minDuration >= 0,
            minDuration <= maxDuration
        else { return nil }
    }
}
