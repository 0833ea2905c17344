package import Logging
import Telemetry

/// What a user can choose: the configuration file, with the command line above it.
package struct CollectorConfig: Sendable {
    /// What the servers work by.
    package var settings = CollectorSettings()
    /// Nil: the place that depends on who runs the collector.
    package var databasePath: String?
    /// Nanoseconds; nil: forever.
    package var retainNanos: Int64?
    /// Nil: no limit.
    package var databaseBytesMax: Int64?
    /// Who is told of incidents.
    package var notifications = NotificationSettings()
    package var logLevel = Logger.Level.info

    package init() {}

    /// How the store is run by it.
    var storeOptions: StoreOptions {
        var options = StoreOptions()
        options.retainNanos = retainNanos
        options.databaseBytesMax = databaseBytesMax
        return options
    }
}
