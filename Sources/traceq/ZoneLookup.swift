import Glibc
import Telemetry

/// Finds the zone that `--tz` names.
enum ZoneLookup {
    private static let folder = "/usr/share/zoneinfo/"

    /// `UTC`, an offset like `+02:00`, `local`, or a name of the system's zone files.
    ///
    /// A named zone becomes the process's zone: the C library keeps one at a time, and a command line has
    /// no use for two.
    static func rules(named name: String) throws(CommandFailure) -> TimeZoneRules {
        if ["utc", "z", "gmt"].contains(name.lowercased()) { return .utc }
        if let fixed = TimeZoneRules(offset: name) { return fixed }
        if name == "local" {
            tzset()
            return TimeZoneRules(label: "local", secondsEastOfUTC: offset)
        }
        guard isZoneName(name), access(folder + name, R_OK) == 0, setenv("TZ", ":" + folder + name, 1) == 0
        else {
            throw CommandFailure(
                .usage,
                "there is no time zone '\(DisplayText.escaped(name))'; name one as in Europe/Berlin, an offset "
                    + "like +02:00, local, or UTC")
        }
        tzset()
        return TimeZoneRules(label: name, secondsEastOfUTC: offset)
    }

    /// Names are relative and never lead out of the folder.
    private static func isZoneName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = name.utf8.allSatisfy { byte in
            byte < 0x7f
                && (byte > 0x40 || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x2f
                    || byte == 0x2b)
        }
        return isPlain && parts.allSatisfy { !$0.isEmpty } && name.utf8.first.map { $0 > 0x40 } == true
    }

    private static let offset: @Sendable (Int64) -> Int = { seconds in
        var moment = time_t(seconds)
        var local = tm()
        localtime_r(&moment, &local)
        return Int(local.tm_gmtoff)
    }
}
