package import OTLPModel

/// A log record as it was stored, with who emitted it.
package struct StoredLogRecord: Hashable, Sendable {
    package var record: LogRecord
    package var resource: Resource
    package var resourceSchemaURL: String
    package var scope: InstrumentationScope
    package var scopeSchemaURL: String
    /// When the collector received it.
    package var receivedAt: UnixNanos
    /// The address it came from, without the port.
    package var peerAddress: String
}
