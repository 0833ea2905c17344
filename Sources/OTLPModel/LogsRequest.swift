/// What an exporter sends (OTLP `collector.logs.v1.ExportLogsServiceRequest`).
package struct ExportLogsServiceRequest: Hashable, Sendable {
    package var resourceLogs: [ResourceLogs] = []

    package init(resourceLogs: [ResourceLogs] = []) {
        self.resourceLogs = resourceLogs
    }
}

/// The log records of one resource (OTLP `logs.v1.ResourceLogs`).
package struct ResourceLogs: Hashable, Sendable {
    package var resource = Resource()
    package var scopeLogs: [ScopeLogs] = []
    package var schemaURL = ""

    package init(resource: Resource = Resource(), scopeLogs: [ScopeLogs] = [], schemaURL: String = "") {
        self.resource = resource
        self.scopeLogs = scopeLogs
        self.schemaURL = schemaURL
    }
}

/// The log records of one instrumentation scope (OTLP `logs.v1.ScopeLogs`).
package struct ScopeLogs: Hashable, Sendable {
    package var scope = InstrumentationScope()
    package var logRecords: [LogRecord] = []
    package var schemaURL = ""

    package init(
        scope: InstrumentationScope = InstrumentationScope(), logRecords: [LogRecord] = [],
        schemaURL: String = ""
    ) {
        self.scope = scope
        self.logRecords = logRecords
        self.schemaURL = schemaURL
    }
}
