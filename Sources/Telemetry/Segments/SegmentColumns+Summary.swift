import OTLPModel

extension SegmentColumns {
    /// The catalogue's entry for these spans.
    func summary() -> SegmentSummary {
        var summary = SegmentSummary(
            spans: spanCount, traces: traces.count, minStart: .distantFuture, maxStart: .distantPast,
            maxEnd: .distantPast, minDuration: .max, maxDuration: 0, errors: 0, signal: signal)
        let isError = tables.operations.map { $0.status == StatusCode.error.rawValue }
        var span = 0
        for (trace, count) in traceSpanCounts.enumerated() {
            for _ in 0..<count {
                let start = traceStarts[trace] &+ startOffsets[span]
                let duration = clampedDuration(durations[span], start: start)
                summary.minStart = min(summary.minStart, UnixNanos(clamping: start))
                summary.maxStart = max(summary.maxStart, UnixNanos(clamping: start))
                summary.maxEnd = max(summary.maxEnd, UnixNanos(clamping: start &+ durations[span]))
                summary.minDuration = min(summary.minDuration, duration)
                summary.maxDuration = max(summary.maxDuration, duration)
                summary.errors += isError[Int(operationIndexes[span])] ? 1 : 0
                span += 1
            }
        }
        return summary
    }
}
