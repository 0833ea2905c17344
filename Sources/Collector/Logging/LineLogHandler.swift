package import Logging
package import Telemetry

/// Writes log events as single lines.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level {
        get { current.level }
        set { current = CurrentLogLevel(newValue) }
    }
    package var metadata = Logger.Metadata()
    package var metadataProvider: Logger.MetadataProvider?
    private var current: CurrentLogLevel
    /// Takes a line with its end; called from any thread.
    private let write: @Sendable (String) -> Void

    /// - Parameter level: All handlers that have it follow when it changes.
    package init(level: CurrentLogLevel, write: @escaping @Sendable (String) -> Void) {
        current = level
        self.write = write
    }

    package init(logLevel: Logger.Level, write: @escaping @Sendable (String) -> Void) {
        self.init(level: CurrentLogLevel(logLevel), write: write)
    }

    /// A logger whose lines go to the standard error stream.
    package static func standardError(level: CurrentLogLevel) -> Logger {
        Logger(label: "traceq-collector") { _ in LineLogHandler(level: level, write: StandardError.write) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        let sorted = fields.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.description) }
        write(
            LogLine.text(
                time: UnixNanos.now(), level: event.level.rawValue, event: event.message.description,
                fields: sorted)
                + "\n")
    }
}

extension Logger {
    /// Passes on what the store reports.
    package func log(_ event: StoreEvent) {
        let level: Logger.Level =
            switch event.level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        let metadata = Logger.Metadata(event.fields.map { ($0.key, .string($0.value)) }) { $1 }
        log(level: level, "\(event.name)", metadata: metadata)
    }
}
