import ArgumentParser
import Telemetry

/// In which zone times are meant.
struct ZoneOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The zone of times without one, and of times in tables: UTC, local, +02:00, Europe/Berlin.",
            valueName: "zone"))
    var tz = "UTC"

    /// - Throws: `CommandFailure` for a zone that does not exist.
    func rules() throws(CommandFailure) -> TimeZoneRules { try ZoneLookup.rules(named: tz) }
}
