/// Where the database lies when nobody says otherwise: `/var/lib/traceq/telemetry.db` for root,
/// `$XDG_DATA_HOME/traceq/telemetry.db` (`~/.local/share/…`) for everybody else.
package func defaultDatabasePath(environment: [String: String], isRoot: Bool) -> String {
    if isRoot { return "/var/lib/traceq/telemetry.db" }
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/traceq/telemetry.db" }
    return (environment["HOME"] ?? "") + "/.local/share/traceq/telemetry.db"
}
