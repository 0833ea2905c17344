import ArgumentParser
import Telemetry

/// The window of time that a command is about.
struct WindowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the window begins, included; all is the oldest span (default: 1h; prewarm 24h, export all).",
            valueName: "time"))
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Where the window ends, not included (default: now; export the last span).",
            valueName: "time"))
    var until: String?

    /// - Parameters:
    ///   - since: where the window begins without `--since`
    ///   - until: where it ends without `--until`; nil for no end
    /// - Throws: `CommandFailure` for a time that cannot be read, and for a window that holds none
    func window(
        since defaultSince: String, until defaultUntil: String?, now: UnixNanos, zone: TimeZoneRules
    ) throws(CommandFailure) -> TimeWindow {
        do {
            return try TimeExpression.window(
                since: since ?? defaultSince, until: until ?? defaultUntil, isSinceGiven: since != nil,
                now: now, zone: zone)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }
}
