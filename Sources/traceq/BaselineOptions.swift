import ArgumentParser
import Telemetry

/// An earlier window that a command compares with.
struct BaselineOptions: ParsableArguments {
    @Option(
        name: .customLong("baseline-since"),
        help: ArgumentHelp(
            "Compare with an earlier window, which begins here.", valueName: "time"))
    var since: String?

    @Option(
        name: .customLong("baseline-until"),
        help: ArgumentHelp(
            "Where that window ends, not included (default: where --since begins).", valueName: "time"))
    var until: String?

    /// - Parameters:
    ///   - start: where the earlier window begins, by an option of another name
    ///   - window: that it is compared with
    /// - Returns: nil where none is asked for
    func window(
        before window: TimeWindow, since start: String? = nil, now: UnixNanos, zone: TimeZoneRules
    ) throws(CommandFailure) -> TimeWindow? {
        guard let since = since ?? start else {
            guard until == nil else {
                throw CommandFailure(
                    .usage, "--baseline-until ends a window that does not begin; add --baseline-since")
            }
            return nil
        }
        var baseline = window
        do {
            baseline.since =
                trimmingSpaces(since).lowercased() == "all"
                ? .distantPast : try TimeExpression(parsing: since).resolve(now: now, zone: zone)
            baseline.until =
                try until.map { (until) throws(TimeExpressionError) in
                    try TimeExpression(parsing: until).resolve(now: now, zone: zone)
                } ?? window.since
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        guard baseline.until != .distantPast else {
            throw CommandFailure(
                .usage, "nothing lies before --since all: say where both windows begin, as --since 1h does")
        }
        guard baseline.since < baseline.until else {
            throw CommandFailure(
                .usage,
                "the baseline's window holds no time: it begins at \(baseline.since.rfc3339) and ends at "
                    + "\(baseline.until.rfc3339)\(until == nil ? ", where --since begins" : "")")
        }
        return baseline
    }
}
