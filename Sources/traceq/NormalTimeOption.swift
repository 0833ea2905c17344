import ArgumentParser
import Telemetry

/// How much of the time before a window tells what is normal.
struct NormalTimeOption: ParsableArguments {
    static let usual = "24h"

    @Option(
        help: ArgumentHelp(
            "How long before the window tells what is normal: a duration as '24h', or 0 for nothing.",
            valueName: "duration"))
    var baseline = Self.usual

    /// In nanoseconds.
    ///
    /// - Throws: what is wrong with the duration
    func nanos() throws -> Int64 { baseline == "0" ? 0 : try DurationExpression.parse(baseline) }
}
