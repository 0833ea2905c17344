/// When the steps of a log began and ended.
///
/// The go command prints how long a request took and not when it began. What is known is the order of the lines, the
/// durations, and when the last line was written. `derived` finds the earliest times that agree with order and durations,
/// and moves them so that the last step ends at the end: a lower bound of the whole, since what the go command did between
/// requests leaves no trace. Durations are exact, and steps that overlapped overlap.
package struct GoCommandTimeline: Sendable {
    /// By step.
    package private(set) var times: [(start: UnixNanos, end: UnixNanos)]
    /// Whether all times are those of the lines, and none was derived.
    package private(set) var isExact: Bool

    /// Durations in the log are rounded to milliseconds, and lines of several goroutines may be written in another order
    /// than things happened in: what is off by less than this is no reason to move a start.
    private static let slackNanos: Int64 = 2_000_000
    /// With a log that contradicts itself by more, the times stop getting better: then durations are kept and the order
    /// is not.
    private static let passesMax = 16

    /// - Parameters:
    ///   - end: when the last line was written, for steps whose lines have no times
    package init(_ steps: [GoCommandStep], end: UnixNanos) {
        // Lines that have a time have one throughout: a log comes from one place.
        isExact = steps.allSatisfy { $0.beginTime != nil && ($0.endTime != nil || $0.endLine == nil) }
        times = isExact ? Self.written(steps, end: end) : Self.derived(steps, end: end)
    }

    /// By the times of the lines. The end is the more exact one of a request, since its line comes with the answer; the
    /// duration is the one that the go command measured, where it fits between the lines.
    private static func written(
        _ steps: [GoCommandStep], end: UnixNanos
    ) -> [(start: UnixNanos, end: UnixNanos)] {
        steps.map { step in
            let start = step.beginTime ?? end
            return (start, max(start, step.endTime ?? max(start, end)))
        }
    }

    private static func derived(
        _ steps: [GoCommandStep], end: UnixNanos
    ) -> [(start: UnixNanos, end: UnixNanos)] {
        let lines = lines(of: steps)
        var at = [Int64](repeating: 0, count: lines.count)
        // Places in `lines`.
        var begins = [Int](repeating: 0, count: steps.count)
        for (place, line) in lines.enumerated() where !line.isEnd { begins[line.step] = place }
        for _ in 0..<passesMax {
            var isSettled = true
            var latest: Int64 = 0
            for (place, line) in lines.enumerated() {
                latest = max(latest, at[place])
                let step = steps[line.step]
                if line.isEnd, let nanos = step.nanos {
                    latest = max(latest, at[begins[line.step]] + nanos)
                    // It cannot have begun so early that it would have taken longer.
                    let start = latest - nanos - slackNanos
                    if start > at[begins[line.step]] {
                        at[begins[line.step]] = start
                        isSettled = false
                    }
                }
                if latest > at[place] {
                    at[place] = latest
                    isSettled = false
                }
            }
            if isSettled { break }
        }
        return moved(steps, lines, at, begins, end: end)
    }

    /// The lines that have a meaning here, in order.
    private static func lines(of steps: [GoCommandStep]) -> [(line: Int, step: Int, isEnd: Bool)] {
        var lines: [(line: Int, step: Int, isEnd: Bool)] = []
        for (place, step) in steps.enumerated() {
            lines.append((step.beginLine, place, false))
            if let end = step.endLine { lines.append((end, place, true)) }
        }
        return lines.sorted { $0.line < $1.line }
    }

    private static func moved(
        _ steps: [GoCommandStep], _ lines: [(line: Int, step: Int, isEnd: Bool)], _ at: [Int64],
        _ begins: [Int],
        end: UnixNanos
    ) -> [(start: UnixNanos, end: UnixNanos)] {
        var spans = steps.indices.map { (start: at[begins[$0]], end: at[begins[$0]]) }
        for (place, line) in lines.enumerated() where line.isEnd {
            let step = steps[line.step]
            spans[line.step].end = at[place]
            // The line is written when it is over: the end is certain, and the duration.
            if let nanos = step.nanos { spans[line.step].start = at[place] - nanos }
        }
        let last = spans.map(\.end).max() ?? 0
        for place in steps.indices where steps[place].endLine == nil { spans[place].end = last }
        return spans.map { span in
            (
                UnixNanos(rawValue: end.rawValue &- (last - span.start)),
                UnixNanos(rawValue: end.rawValue &- (last - span.end))
            )
        }
    }
}
